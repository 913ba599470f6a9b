// SPDX-License-Identifier: GPL-2.0
/*
 * The frame of a report: one page that needs nothing else, and no network. Its
 * colours follow the reader's choice of light or dark; on paper they are light.
 */
#include "report.h"

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

/* The states' and paths' colours, twice: --s1 is BIRTH, --p0 path 0. */
#define LIGHT								\
	"--ground:#fff;--text:#1d232a;--faint:#5b6570;--line:#d5dae0;"	\
	"--band:#fff;--s1:#0b7285;--s2:#2b7a3d;--s3:#b25e00;"		\
	"--s4:#8a3ffc;--s5:#1864ab;--s6:#6b7280;--bad:#b42318;"		\
	"--p0:#0b7285;--p1:#c2255c;--p2:#5f6b00;--p3:#364fc7;"		\
	"--p4:#7c4a03;--p5:#862e9c;--p6:#087f5b;--p7:#495057;"
#define DARK								\
	"--ground:#14181d;--text:#e6e9ec;--faint:#9aa5b1;--line:#333b44;"	\
	"--band:#14181d;--s1:#3bc9db;--s2:#69c97c;--s3:#ffa94d;"	\
	"--s4:#c8a2ff;--s5:#74b6f7;--s6:#9aa5b1;--bad:#ff8787;"		\
	"--p0:#3bc9db;--p1:#f783ac;--p2:#c0ca33;--p3:#91a7ff;"		\
	"--p4:#d9a05b;--p5:#e599f7;--p6:#63e6be;--p7:#ced4da;"

static const char style[] =
	":root{color-scheme:light dark;" LIGHT "}\n"
	"@media (prefers-color-scheme:dark){:root{" DARK "}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:1rem;max-width:72rem;\n"
	"background:var(--ground);color:var(--text);\n"
	"font:15px/1.5 system-ui,sans-serif}\n"
	"h1{font-size:1.5rem;line-height:1.2;margin:.5rem 0}\n"
	"h2{font-size:1.15rem;line-height:1.3;margin:2rem 0 .25rem;\n"
	"overflow-wrap:anywhere}\n"
	"h3{font-size:1rem;margin:1.25rem 0 .25rem}\n"
	"p{margin:.25rem 0 .75rem}\n"
	".faint{color:var(--faint)}\n"
	".scroll{overflow-x:auto;max-width:100%;\n"
	"background:linear-gradient(to right,var(--ground) 30%,transparent) 0 0/3rem 100% no-repeat local,\n"
	"linear-gradient(to left,var(--ground) 30%,transparent) 100% 0/3rem 100% no-repeat local,\n"
	"linear-gradient(to right,var(--line),transparent) 0 0/1rem 100% no-repeat scroll,\n"
	"linear-gradient(to left,var(--line),transparent) 100% 0/1rem 100% no-repeat scroll}\n"
	"figure{margin:.5rem 0}\n"
	"svg{display:block;width:100%;min-width:56rem;height:auto}\n"
	"svg text{font:12px system-ui,sans-serif;fill:var(--text)}\n"
	"svg .faint{fill:var(--faint)}\n"
	"svg .on{fill:var(--band);font-weight:600}\n"
	"svg .end{text-anchor:end}svg .mid{text-anchor:middle}\n"
	"svg .grid{stroke:var(--line);stroke-width:1}\n"
	"svg .refused{stroke:var(--bad);stroke-width:2;fill:none}\n"
	"svg polyline{fill:none;stroke-width:2}\n"
	".drill{fill:var(--bad);background:var(--bad)}\n"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums;\n"
	"width:100%;margin:.25rem 0 1rem}\n"
	"th,td{text-align:left;padding:.25rem .6rem;\n"
	"border-bottom:1px solid var(--line);white-space:nowrap}\n"
	"th{font-weight:600}\n"
	"td.n,th.n{text-align:right}\n"
	"ul.key{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;\n"
	"padding:0;margin:.5rem 0}\n"
	".swatch{display:inline-block;width:.8em;height:.8em;\n"
	"border-radius:2px;margin-right:.4em;vertical-align:-.05em}\n"
	/* What is only sometimes so comes last, or it would not win. */
	"@media (max-width:40rem){body{font-size:14px}th,td{padding:.2rem .4rem}}\n"
	"@media print{:root{color-scheme:light;" LIGHT "}\n"
	"*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
	"body{font-size:11px;padding:0}h2,h3{break-after:avoid}\n"
	"tr,figure{break-inside:avoid}th,td{padding:.15rem .4rem}\n"
	".scroll{overflow:visible;background:none}svg{min-width:0}}\n"
	"@page{margin:12mm}\n";

void html_begin(FILE *out)
{
	unsigned int i;

	fputs("<!DOCTYPE html>\n", out);
	fputs("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n", out);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n", out);
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"", out);
	fputs("default-src 'none'; style-src 'unsafe-inline'\"/>\n", out);
	fputs("<title>jvpn sessions</title>\n<style>\n", out);
	fputs(style, out);
	for (i = 1; i <= JVPN_STATE_MAX; i++)
		fprintf(out, ".s%u{fill:var(--s%u);background:var(--s%u)}\n",
			i, i, i);
	for (i = 0; i < JVPN_MAX_PATHS; i++)
		fprintf(out, "svg .p%u{stroke:var(--p%u)}svg .d%u{fill:var(--p%u)}\n",
			i, i, i, i);
	for (i = 0; i < JVPN_MAX_PATHS; i++)
		fprintf(out, ".swatch.p%u{background:var(--p%u)}\n", i, i);
	fputs("</style>\n</head>\n<body>\n<main>\n<h1>jvpn sessions</h1>\n",
	      out);
}

void html_end(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}
