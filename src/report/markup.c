/* Escaping, and the report's style sheet. */
#include "report/markup.h"

void hb_markup_text(FILE *out, const char *text)
{
    if (text == NULL)
        return;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        switch (*c) {
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
            if ((*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7F)
                fputs("\xEF\xBF\xBD", out);
            else
                fputc(*c, out);
        }
    }
}

/* Series colours: Okabe and Ito's palette, which colour-blind readers can tell apart. */
const char hb_report_style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#5b6470;--line:#d8dde3;--back:#fff;"
    "--panel:#f6f7f9;--warn:#8a5300;--bad:#b3261e;--good:#1a6b3a}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--dim:#a0a8b2;--line:#3a414a;"
    "--back:#14171a;--panel:#1d2126;--warn:#f0b45a;--bad:#ff8a80;--good:#7bd49a}}\n"
    "*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--back);margin:0 auto;padding:1.5rem;max-width:80rem}\n"
    "h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px "
    "solid var(--line);padding-bottom:.2rem}h3{font-size:1.05rem;margin:1.4rem 0 .4rem}\n"
    "p{max-width:46rem}.dim,figcaption{color:var(--dim)}.banner{background:var(--panel);"
    "border-left:4px solid var(--good);padding:.6rem 1rem;margin:1rem 0}"
    ".banner.warn{border-color:var(--warn)}.banner.bad{border-color:var(--bad)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "font-size:.92rem}th,td{padding:.28rem .5rem;text-align:right;border-bottom:1px solid "
    "var(--line);white-space:nowrap}th{font-weight:600;vertical-align:bottom}"
    "th:first-child,td:first-child,.text{text-align:left}td.wrap{white-space:normal;"
    "min-width:16rem;overflow-wrap:anywhere}caption{text-align:left;color:var(--dim);padding:.3rem "
    "0}\n"
    "figure{margin:.8rem 0;max-width:46rem}figure svg[role=img]{width:100%;height:auto;"
    "background:var(--panel)}svg text{fill:var(--dim);font:12px system-ui,sans-serif}"
    ".shade{fill:var(--line);opacity:.6}.grid{stroke:var(--line)}.axis{stroke:var(--dim)}.key{"
    "display:inline-block;"
    "margin-right:1rem;white-space:nowrap}\n"
    ".series polyline{fill:none;stroke:currentColor;stroke-width:2}.series .bar{stroke:"
    "currentColor;stroke-width:1.5}.series circle,.series rect,.series path{fill:currentColor}\n"
    ".s0{color:#0072b2}.s1{color:#d55e00}.s2{color:#009e73}.s3{color:#cc79a7}.s4{color:#e69f00}"
    ".s5{color:#56b4e9}.s6{color:#7f7f7f}.s7{color:#a0522d}.s1 polyline{stroke-dasharray:7 3}"
    ".s2 polyline{stroke-dasharray:2 3}.s3 polyline{stroke-dasharray:9 3 2 3}.s5 "
    "polyline{stroke-dasharray:7 3}.s6 polyline{stroke-dasharray:2 3}.s7 "
    "polyline{stroke-dasharray:9 3 2 3}\n"
    /* Rankings fit a window of 1100 px; a narrow one shows each row as a card, with the columns'
     * names before the figures. */
    ".rank th{white-space:normal}.rank td:first-child{white-space:normal;min-width:11rem;"
    "overflow-wrap:anywhere}.rank .flag{white-space:nowrap}.rank span.dim{white-space:normal}.rank "
    "small{font-weight:400}.rank td{vertical-align:top}\n"
    "@media(max-width:44rem){.rank thead{position:absolute;clip-path:inset(50%);height:1px;"
    "overflow:hidden}.rank,.rank tbody{display:block}.rank tr{display:grid;"
    "grid-template-columns:1fr 1fr;border-bottom:1px solid var(--line);padding:.4rem 0}"
    ".rank td{border:0;text-align:left}.rank td:first-child{grid-column:1/-1;font-weight:600}"
    ".rank td:nth-child(n+4)::before{color:var(--dim)}"
    ".rank td:nth-child(4)::before{content:\"share \"}.rank td:nth-child(5)::before{content:"
    "\"p50 \"}.rank td:nth-child(6)::before{content:\"p99 \"}.rank td:nth-child(7)::before{"
    "content:\"max \"}.rank td:nth-child(8)::before{content:\"CPU a request \"}"
    ".rank td:nth-child(9)::before{content:\"peak RSS \"}.rank td:nth-child(10)::before{content:"
    "\"errors \"}.rank td:nth-child(11)::before{content:\"runs \"}}\n"
    ".range{position:relative;display:inline-block;width:5.5rem;height:1rem;vertical-align:middle}"
    ".range line{stroke:var(--ink);stroke-width:2}.range .box{fill:#0072b2;opacity:.35}\n"
    ".apart "
    "td{color:var(--dim);background:var(--panel)}.flag{color:var(--warn)}.fail{color:var(--bad)}"
    "section,.lazy{content-visibility:auto;"
    "contain-intrinsic-size:auto 40rem}pre{background:var(--panel);padding:1rem;"
    "overflow-x:auto;font-size:.85rem}summary{cursor:pointer}\n"
    "@media "
    "print{body{max-width:none}section,.lazy{content-visibility:visible}details{display:block}}"
    "\n";
