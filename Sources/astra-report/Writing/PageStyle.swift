/// How the page looks: calm, by the system's own letters, light or dark as the reader's system is.
enum PageStyle {
  static let text = """
    :root { --paper: #ffffff; --ink: #1c2228; --quiet: #525c66; --line: #d5dae0; --well: #f4f6f8; --link: #0b57a4;
      --good: #1a6e3c; --mixed: #8a5a00; --bad: #b3261e; --unknown: #525c66; --skip: #aab2bb; }
    @media (prefers-color-scheme: dark) {
      :root { --paper: #14181c; --ink: #e6eaee; --quiet: #a9b3bd; --line: #38414a; --well: #1e242a; --link: #8cbcf0;
        --good: #6cc98e; --mixed: #e0b252; --bad: #ff8a80; --unknown: #a9b3bd; --skip: #5d6771; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
    main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
    h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
    h3 { font-size: 1rem; margin: 0 0 .25rem; }
    p { margin: .5rem 0; }
    .subtitle, .label, caption { color: var(--quiet); }
    .label { margin: 1rem 0 .25rem; }
    a { color: var(--link); }
    .verdict { font-size: 1.1rem; margin-top: 1.25rem; padding: .75rem 1.25rem; background: var(--well); border-left: .4rem solid var(--unknown); }
    .verdict.good { border-color: var(--good); } .verdict.mixed { border-color: var(--mixed); } .verdict.bad { border-color: var(--bad); }
    code { font: .9em ui-monospace, monospace; -webkit-user-select: all; user-select: all; }
    pre { margin: .25rem 0 1rem; padding: .75rem 1rem; background: var(--well); border: 1px solid var(--line); white-space: pre-wrap; }
    .problem { margin: .75rem 0; padding: .75rem 1.25rem; background: var(--well); border-left: .25rem solid var(--bad); }
    dl { margin: .5rem 0; }
    dl div { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1rem; padding: .25rem 0; }
    dt { color: var(--quiet); } dd { margin: 0; }
    table { width: 100%; border-collapse: collapse; margin: .5rem 0 1.5rem; font-size: .92rem; }
    caption { text-align: left; padding: .25rem 0; }
    th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
    td { overflow-wrap: break-word; } td:last-child { overflow-wrap: anywhere; } td:first-child { min-width: 11.5em; }
    th { color: var(--quiet); font-weight: 600; overflow-wrap: normal; }
    svg { display: block; width: 100%; margin: .5rem 0 1rem; overflow: visible; }
    svg text { fill: var(--ink); font: 12px system-ui, sans-serif; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; } svg .axis { fill: var(--quiet); }
    svg line { stroke: var(--line); } svg .mark { stroke: var(--mixed); stroke-dasharray: 3 3; }
    svg rect { stroke-width: 1; }
    svg .passed { fill: var(--good); stroke: var(--good); } svg .failed, svg .unfinished { fill: var(--bad); stroke: var(--bad); }
    svg .skipped { fill: var(--skip); stroke: var(--skip); }
    @media (max-width: 40rem) {
      main { padding: 1rem .9rem 3rem; }
      dl div { grid-template-columns: 1fr; }
      table, caption, tbody, tr, td { display: block; }
      thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      tr { border-top: 1px solid var(--line); padding: .35rem 0; }
      td { border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
      td::before { content: attr(data-label) ": "; color: var(--quiet); }
    }
    @media print {
      :root { --paper: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb; --well: #ffffff; --link: #000000;
        --good: #1a6e3c; --mixed: #8a5a00; --bad: #b3261e; --unknown: #444444; --skip: #aaaaaa; }
      body { font-size: 11pt; }
      main { max-width: none; padding: 0; }
      pre, .problem, .verdict, tr, dl div { break-inside: avoid; }
      h2, h3, caption { break-after: avoid; }
      svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
