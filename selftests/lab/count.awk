# SPDX-License-Identifier: GPL-2.0
# count.awk: numbers TAP lines `ok - ...` and counts them; the last line says
# how many passed, failed and were skipped, and so does the exit status.

/^ok - / {
	if (/# *SKIP/)
		skipped++
	else
		passed++
	print "ok " ++n substr($0, 3)
	fflush()
	next
}

/^not ok - / {
	if (/# *TODO/)
		skipped++
	else
		failed++
	print "not ok " ++n substr($0, 7)
	fflush()
	next
}

{
	print
	fflush()
}

END {
	print "1.." n
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0 || passed == 0
}
