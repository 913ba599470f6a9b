# SPDX-License-Identifier: GPL-2.0
# tap.awk: turns what guest-tests.sh says (see there) into TAP lines without
# numbers, each with its kernel and test; -v kernel=NAME. What a test printed
# besides is shown only when it failed. Lines that begin with ## end with the
# host's clock, in seconds.

function emit(line) {
	print line
	fflush()
}

function ending(rc) {
	if (!lines && rc == 4)
		emit("ok - " kernel " " name " # SKIP " (why ? why : "said nothing"))
	else if (!lines && rc == 0)
		emit("ok - " kernel " " name)
	else if (rc != 0 && rc != 4 && !bad) {
		emit("not ok - " kernel " " name ": exit status " rc)
		bad++
	}
	if (bad) {
		for (i = 1; i <= said; i++)
			print "#     " text[i]
		fflush()
	}
}

{ sub(/\r$/, "") }

/^##begin / {
	name = $2
	lines = bad = said = 0
	why = ""
	began = $NF
	inside = 1
	next
}

/^##end / {
	ending($3)
	emit("# " kernel " " name ": " $NF - began " s")
	inside = 0
	next
}

/^##done/ {
	done = 1
	next
}

/^(not )?ok / {
	line = $0
	not = sub(/^not /, "", line) ? "not " : ""
	sub(/^ok +([0-9]+ *)?(- )?/, "", line)
	lines++
	if (not && line !~ /# *(SKIP|TODO)/)
		bad++
	text[++said] = $0
	emit(not "ok - " kernel " " (inside ? name ": " : "") line)
	next
}

/^1\.\.0/ {
	why = $0
	sub(/^.*SKIP */, "", why)
	next
}

{ text[++said] = $0 }

END {
	if (machine && !done) {
		emit("not ok - " kernel " " (inside ? name : "machine") \
			": the machine stopped before its end")
		for (i = said > 60 ? said - 60 : 1; i <= said; i++)
			print "#     " text[i]
	} else if (inside && !machine)
		ending(0)
}
