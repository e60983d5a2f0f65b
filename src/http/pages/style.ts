/** The style of the landing pages and documents; colours are variables, so that dark mode is one block. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#eef3f8;--card:#fff;--ink:#0f1a26;--soft:#5b6b7c;--line:#e1e8ef;--brand:#2481cc;--good:#1f9d55;--bad:#c9463d;--tint:#e9f3fb;--goodtint:#e6f6ec;--badtint:#fbeae9}
@media (prefers-color-scheme:dark){:root{--bg:#0e1621;--card:#17212b;--ink:#eef4fa;--soft:#8fa3b7;--line:#25313d;--brand:#4ea4e6;--good:#4cc38a;--bad:#ef7a72;--tint:#1d3347;--goodtint:#173629;--badtint:#3a2322}}
*{box-sizing:border-box}
body{margin:0;background:radial-gradient(900px 420px at 50% -8%,color-mix(in srgb,var(--brand) 24%,transparent),transparent),var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;-webkit-font-smoothing:antialiased}
h1{font-size:25px;line-height:1.25;letter-spacing:-.01em;margin:0}p{margin:0}
a{color:var(--brand)}
body.card main{min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:24px 16px;gap:18px}
.sheet{width:100%;max-width:460px;background:var(--card);border-radius:26px;padding:42px 34px 34px;display:grid;gap:18px;justify-items:center;text-align:center;box-shadow:0 1px 2px rgba(10,25,45,.06),0 26px 60px -24px rgba(10,25,45,.32)}
.badge{width:84px;height:84px;border-radius:50%;display:grid;place-items:center;background:var(--tint);color:var(--brand)}
.badge svg{width:40px;height:40px}.badge.good{background:var(--goodtint);color:var(--good)}.badge.bad{background:var(--badtint);color:var(--bad)}
.badge .turn{transform-origin:50% 50%;animation:turn 1.1s linear infinite}@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){.badge .turn{animation-duration:7s}}
.soft{color:var(--soft)}.sum{font-size:33px;font-weight:700;letter-spacing:-.02em}
dl{width:100%;margin:0;border:1px solid var(--line);border-radius:16px;text-align:left}dl div{display:flex;justify-content:space-between;gap:16px;padding:12px 16px}dl div+div{border-top:1px solid var(--line)}dt{color:var(--soft)}dd{margin:0;font-weight:580;text-align:right}
.button{width:100%;display:block;border-radius:14px;padding:14px 18px;font-weight:620;text-decoration:none;color:#fff;background:var(--brand)}
.button:hover{filter:brightness(1.06)}.button:focus-visible{outline:3px solid color-mix(in srgb,var(--brand) 45%,transparent);outline-offset:3px}
.foot{font-size:13.5px;color:var(--soft);text-align:center}.foot a{color:inherit}
body.text main{max-width:720px;margin:0 auto;padding:48px 22px 80px}
body.text h1{font-size:32px;margin-bottom:18px}body.text h2{font-size:20px;margin:30px 0 8px}body.text p,body.text li{margin:0 0 10px}
@media (max-width:520px){body.card main{justify-content:flex-start;padding:14px 12px}.sheet{padding:34px 22px 24px;border-radius:22px}}
`;
