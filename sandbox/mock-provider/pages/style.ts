/** One style sheet for all pages of the bank; colours are variables so that dark mode is one block. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#eef1f7;--card:#fff;--ink:#10162a;--soft:#5c6680;--line:#e2e7f1;--tint:#f6f8fc;
--brand:#4f46e5;--brand2:#7c3aed;--good:#0f9d6b;--bad:#d64545;--warn:#b7791f;--goodbg:#e6f7f0;--badbg:#fdecec;--warnbg:#fdf4e1;--brandbg:#eeedfd}
@media (prefers-color-scheme:dark){:root{--bg:#0b0f1c;--card:#141a2c;--ink:#eef1fb;--soft:#98a3c0;--line:#252d45;--tint:#1a2136;
--brand:#7c74ff;--brand2:#a06bff;--good:#3ecf9b;--bad:#ff7b7b;--warn:#f0b95b;--goodbg:#12312a;--badbg:#3a1d22;--warnbg:#37290f;--brandbg:#23214a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:radial-gradient(1200px 500px at 50% -10%,color-mix(in srgb,var(--brand) 22%,transparent),transparent),var(--bg);
color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;-webkit-font-smoothing:antialiased}
a{color:var(--brand);text-decoration:none}a:hover{text-decoration:underline}
h1,h2,p{margin:0}.soft{color:var(--soft)}.small{font-size:13.5px}.mono{font-family:ui-monospace,"SF Mono",Menlo,"Liberation Mono",monospace;font-size:12.5px}
.center{min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:24px 16px;gap:18px}
.sheet{width:100%;max-width:860px;background:var(--card);border-radius:24px;overflow:hidden;display:grid;grid-template-columns:1fr 1.1fr;
box-shadow:0 1px 2px rgba(16,22,42,.06),0 24px 60px -20px rgba(16,22,42,.28)}
.sheet.one{max-width:520px;grid-template-columns:1fr}
.summary{padding:34px 32px;color:#fff;background:linear-gradient(150deg,#3730a3,#6d28d9 60%,#9333ea);display:flex;flex-direction:column;gap:26px;position:relative;overflow:hidden}
.summary:after{content:"";position:absolute;right:-90px;bottom:-90px;width:260px;height:260px;border-radius:50%;background:rgba(255,255,255,.08)}
.summary>*{position:relative;z-index:1}.brand{display:flex;align-items:center;gap:10px;font-weight:650}
.logo{width:34px;height:34px;border-radius:11px;background:rgba(255,255,255,.18);display:grid;place-items:center}
.logo svg{width:19px;height:19px}.sum{font-size:42px;line-height:1.1;font-weight:720;letter-spacing:-.02em;margin-top:4px}
.summary .faint{opacity:.78;font-size:14px}.facts{display:grid;gap:12px;margin:auto 0 0}.facts dt{opacity:.72;font-size:13px}.facts dd{margin:0;font-weight:560}
.act{padding:34px 32px;display:flex;flex-direction:column;gap:18px}
.plastic{border-radius:18px;padding:20px 22px;background:linear-gradient(120deg,#1e2440,#39406b);color:#e9ecff;display:grid;gap:20px}
.plastic .row{display:flex;justify-content:space-between;align-items:center;font-size:12.5px;letter-spacing:.04em}
.plastic .pan{font:600 19px/1 ui-monospace,"SF Mono",Menlo,"Liberation Mono",monospace;letter-spacing:.09em;white-space:nowrap}
.chip{width:38px;height:28px;border-radius:7px;background:linear-gradient(135deg,#f6d98a,#c99a3c)}
form{margin:0}button,.button{font:inherit;cursor:pointer;border:1px solid var(--line);background:var(--card);color:var(--ink);border-radius:13px;padding:11px 16px;font-weight:580;
display:inline-flex;justify-content:center;align-items:center;gap:8px;text-decoration:none;transition:transform .06s,border-color .15s,box-shadow .15s}
button:hover,.button:hover{border-color:var(--brand);text-decoration:none}button:active{transform:translateY(1px)}
button:focus-visible,a:focus-visible,summary:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid color-mix(in srgb,var(--brand) 45%,transparent);outline-offset:2px}
.main{width:100%;border:0;color:#fff;background:linear-gradient(100deg,#4f46e5,#7c3aed);padding:15px;font-size:17px;box-shadow:0 10px 24px -10px #5b3df0}
.main.fit{width:auto;padding:10px 20px;font-size:15px}.pill.wrap{white-space:normal;border-radius:12px;overflow-wrap:anywhere}
.quiet{width:100%;background:transparent}.stack{display:grid;gap:10px}
.note{border-radius:13px;padding:12px 14px;font-size:14.5px;background:var(--warnbg);color:var(--warn)}.note.good{background:var(--goodbg);color:var(--good)}.note.bad{background:var(--badbg);color:var(--bad)}
details{border:1px solid var(--line);border-radius:15px;background:var(--tint)}summary{cursor:pointer;padding:12px 16px;font-weight:580;list-style:none;display:flex;justify-content:space-between}
summary:after{content:"+";font-size:20px;line-height:1;color:var(--soft)}details[open]>summary:after{content:"–"}summary::-webkit-details-marker{display:none}
.odd{padding:0 12px 12px;display:grid;gap:8px}.odd p{padding:0 4px 4px}.odd button{width:100%;display:grid;gap:1px;justify-content:start;text-align:left;font-weight:560}
.odd button span:last-child{color:var(--soft);font-weight:400;font-size:13px}
.foot{display:flex;gap:14px;flex-wrap:wrap;justify-content:center;font-size:13.5px;color:var(--soft)}
.badge{width:72px;height:72px;border-radius:24px;display:grid;place-items:center;font-size:34px;background:var(--brandbg);color:var(--brand)}
.badge.good{background:var(--goodbg);color:var(--good)}.badge.bad{background:var(--badbg);color:var(--bad)}.badge.warn{background:var(--warnbg);color:var(--warn)}
.spin{width:32px;height:32px;border-radius:50%;border:3.5px solid color-mix(in srgb,var(--brand) 25%,transparent);border-top-color:var(--brand);animation:spin 1s linear infinite}
@keyframes spin{to{transform:rotate(1turn)}}@media (prefers-reduced-motion:reduce){.spin{animation-duration:6s}}
.result{padding:40px 34px;display:grid;gap:20px;justify-items:center;text-align:center}.result h1{font-size:25px;letter-spacing:-.01em;line-height:1.25}
.steps{list-style:none;padding:0;margin:0;width:100%;text-align:left;border:1px solid var(--line);border-radius:16px;overflow:hidden}
.steps li{padding:12px 16px;display:flex;gap:12px;align-items:center;justify-content:space-between}.steps li+li{border-top:1px solid var(--line)}
.pill{display:inline-block;border-radius:99px;padding:2px 10px;font-size:12.5px;font-weight:600;background:var(--brandbg);color:var(--brand);white-space:nowrap}
.pill.good{background:var(--goodbg);color:var(--good)}.pill.bad{background:var(--badbg);color:var(--bad)}.pill.warn{background:var(--warnbg);color:var(--warn)}.pill.off{background:var(--tint);color:var(--soft)}
.desk{max-width:1240px;margin:0 auto;padding:28px 20px 60px;display:grid;gap:20px}.desk header{display:flex;flex-wrap:wrap;gap:14px;align-items:center;justify-content:space-between}
.desk header .logo{background:linear-gradient(120deg,#4f46e5,#9333ea);color:#fff}.panel{background:var(--card);border-radius:20px;padding:22px 24px;display:grid;gap:16px;align-content:start;min-width:0;
box-shadow:0 1px 2px rgba(16,22,42,.05),0 14px 34px -20px rgba(16,22,42,.3)}.panel h2{font-size:17px;display:flex;gap:10px;align-items:center}
.cols{display:grid;gap:20px;grid-template-columns:1.5fr 1fr}.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(170px,1fr))}
.cols>div{display:grid;gap:20px;align-content:start}
label{display:grid;gap:5px;font-size:13px;color:var(--soft)}label.check{display:flex;gap:9px;align-items:center;color:var(--ink);font-size:14px;border:1px solid var(--line);border-radius:12px;padding:9px 12px;cursor:pointer}
label.check:has(:checked){border-color:var(--brand);background:var(--brandbg)}
input,select{font:inherit;font-size:14.5px;color:var(--ink);background:var(--tint);border:1px solid var(--line);border-radius:11px;padding:8px 11px;width:100%}input[type=checkbox]{width:auto;accent-color:var(--brand)}
.rowline{display:flex;flex-wrap:wrap;gap:8px;align-items:center}.rowline.spread{justify-content:space-between}.mono{white-space:nowrap}.tiny{padding:5px 11px;border-radius:10px;font-size:13px}.scroll{overflow-x:auto;margin:0 -24px;padding:0 24px}
table{border-collapse:collapse;width:100%;font-size:14px}th{font-weight:560;text-align:left;color:var(--soft);font-size:12.5px;padding:0 12px 8px 0}td{padding:10px 12px 10px 0;border-top:1px solid var(--line);vertical-align:middle}
td .tiny{white-space:nowrap}td.num{font-variant-numeric:tabular-nums;white-space:nowrap;font-weight:580}.empty{padding:22px;text-align:center;color:var(--soft);border:1px dashed var(--line);border-radius:14px}
@media (max-width:900px){.cols{grid-template-columns:1fr}}
@media (max-width:720px){[data-testid=panel-orders] :is(th,td):nth-child(2){display:none}td .rowline{flex-wrap:nowrap}.panel .grid{grid-template-columns:repeat(2,minmax(0,1fr))}.sheet{grid-template-columns:1fr;border-radius:22px}.summary,.act{padding:26px 22px}.summary{gap:18px}.center{justify-content:flex-start;padding:14px 12px}.plastic .pan{font-size:16.5px}.sum{font-size:36px}.panel{padding:18px 16px}.scroll{margin:0 -16px;padding:0 16px}}
`;
