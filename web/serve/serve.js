// SPDX-License-Identifier: Apache-2.0
// The pages of `eastwest serve`: the list of results and runs, and a run as it goes. Names reach the page as text only.
'use strict';
(() => {
  const main = document.getElementById('main');
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === 'on') for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
      else if (value === true) node.setAttribute(name, '');
      else if (value !== false && value !== null) node.setAttribute(name, value);
    }
    for (const child of children) node.append(child);
    return node;
  };
  const path = (text) => text.split('/').map(encodeURIComponent).join('/');
  const bytes = (n) => n < 1024 ? n + ' B' : n < 1048576 ? (n / 1024).toFixed(0) + ' KiB' : n < 1073741824 ? (n / 1048576).toFixed(1) + ' MiB' : (n / 1073741824).toFixed(2) + ' GiB';
  const time = (s) => s >= 1 ? s.toFixed(3) + ' s' : s >= 1e-3 ? (s * 1e3).toFixed(3) + ' ms' : (s * 1e6).toFixed(1) + ' \u00b5s';
  const say = (text, bad) => { const node = document.getElementById('say'); if (node) { node.textContent = text; node.className = bad ? 'bad' : 'soft'; } };

  async function ask(url, body) {
    const options = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(url, options);
    const value = await answer.json().catch(() => ({ error: answer.statusText }));
    if (answer.status === 401) { askToken(); throw new Error('a token is needed'); }
    if (!answer.ok) throw new Error(value.error || answer.statusText);
    return value;
  }

  function askToken() {
    const input = make('input', { type: 'password', id: 'token', autocomplete: 'current-password', size: 40 });
    const form = make('form', { class: 'row', on: { submit: async (event) => {
      event.preventDefault();
      const answer = await fetch('/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: input.value }) });
      if (answer.ok) location.reload(); else say('This is not the token.', true);
    } } }, make('label', { for: 'token' }, 'Token'), input, make('button', { type: 'submit' }, 'Enter'));
    main.replaceChildren(make('h1', {}, 'This server asks for its token'), form, make('p', { id: 'say', role: 'status' }));
    input.focus();
  }

  const stateText = (run) => run.state + (run.state === 'running' && run.share ? ', ' + Math.floor(run.share * 100) + ' %' : '');

  // --- the list -------------------------------------------------------------------------------------------------------

  function list() {
    const runs = make('tbody');
    const results = make('tbody', { id: 'results' });
    const choice = make('select', { id: 'scenario' });
    const text = make('textarea', { id: 'text', spellcheck: 'false', placeholder: 'site: {topology: leaf_spine, servers: 8}\njobs:\n  all: {kind: collective, size: 64 MiB}' });
    const start = async (body) => {
      try {
        const made = await ask('/api/runs', body);
        location.href = '/run/' + made.id;
      } catch (error) { say(error.message, true); }
    };
    main.replaceChildren(
      make('h1', {}, 'Runs and results'), make('p', { id: 'say', role: 'status', class: 'soft' }),
      make('h2', {}, 'Start a run'),
      make('div', { class: 'row' }, make('label', { for: 'scenario' }, 'A shipped scenario'), choice,
        make('button', { type: 'button', id: 'start', on: { click: () => start({ scenario: choice.value }) } }, 'Run it')),
      make('details', {}, make('summary', {}, 'A scenario of your own'),
        make('p', { class: 'soft' }, 'It may name no files outside itself: what it needs is in the text.'), make('label', { for: 'text' }, 'YAML'), text,
        make('div', { class: 'row' }, make('button', { type: 'button', id: 'send', on: { click: () => start({ text: text.value, name: 'mine' }) } }, 'Run it'))),
      make('h2', {}, 'Runs of this server'),
      make('table', {}, make('thead', {}, make('tr', {}, make('th', {}, 'Run'), make('th', {}, 'State'), make('th', {}, 'Folder'))), runs),
      make('h2', {}, 'Results'),
      make('table', {}, make('thead', {}, make('tr', {}, make('th', {}, 'Name'), make('th', {}, 'Size'), make('th', {}, 'Look at it'))), results));
    let names = '';
    const refresh = async () => {
      const state = await ask('/api/state');
      if (names !== state.scenarios.join()) {
        names = state.scenarios.join();
        choice.replaceChildren(...state.scenarios.map((name) => make('option', { value: name }, name)));
      }
      runs.replaceChildren(...state.runs.slice().reverse().map((run) => make('tr', {},
        make('td', {}, make('a', { href: '/run/' + run.id }, run.name)),
        make('td', { class: run.state === 'failed' ? 'bad' : run.state === 'done' ? 'good' : '' }, stateText(run)), make('td', {}, run.folder))));
      if (state.runs.length === 0) runs.replaceChildren(make('tr', {}, make('td', { colspan: 3, class: 'soft' }, 'none yet')));
      results.replaceChildren(...state.results.map((one) => make('tr', {}, make('td', {}, one.path),
        make('td', { class: 'number' }, one.kind === 'study' ? 'study' : bytes(one.bytes)),
        make('td', {}, ...(one.kind === 'file' ? [] : [make('a', { href: '/report/' + path(one.path) }, 'report'), ' ']),
          ...(one.kind === 'study' ? [] : [make('a', { href: '/files/' + path(one.path) }, one.kind === 'trace' ? 'trace' : 'open')])))));
      if (state.results.length === 0) results.replaceChildren(make('tr', {}, make('td', { colspan: 3, class: 'soft' }, 'none yet')));
      if (!state.results_whole) say('Only the first 500 results are listed.', false);
    };
    const turn = async () => {
      try { await refresh(); } catch (error) { if (!document.getElementById('token')) say('No answer from the server: ' + error.message, true); }
      if (!document.getElementById('token')) setTimeout(turn, 2000);
    };
    turn();
  }

  // --- one run --------------------------------------------------------------------------------------------------------

  const KEPT = 600;  // columns of the heat map: a minute of a feed of ten a second

  function live(id) {
    const bar = make('progress', { max: 1, value: 0, id: 'share', 'aria-label': 'share done' });
    const facts = make('p', { id: 'facts', class: 'soft' });
    const heat = make('canvas', { id: 'heat', role: 'img', 'aria-label': 'busy share of links over time' });
    const under = make('p', { id: 'under', class: 'soft' });
    const deep = make('canvas', { id: 'deep', height: 120, role: 'img', 'aria-label': 'deepest queue over time' });
    const queues = make('tbody');
    const paused = make('tbody');
    const log = make('pre', { id: 'log' });
    const cancel = make('button', { type: 'button', id: 'cancel', on: { click: async () => {
      try { await ask('/api/runs/' + id + '/cancel', {}); say('The run is being ended; its trace stays.', false); } catch (error) { say(error.message, true); }
    } } }, 'Cancel the run');
    const links = make('span', { id: 'links' });
    const title = make('h1', {}, 'Run ' + id);
    main.replaceChildren(title, make('p', { id: 'say', role: 'status', class: 'soft' }), make('div', { class: 'row' }, cancel, links), bar, facts,
      make('h2', {}, 'Links over time'), heat, under, make('h2', {}, 'Deepest queue over time'), deep,
      make('div', { class: 'columns' },
        make('div', {}, make('h2', {}, 'Deepest queues now'), make('table', {}, queues)),
        make('div', {}, make('h2', {}, 'Most paused now'), make('table', {}, paused))),
      make('h2', {}, 'What the run printed'), log);
    let names = [];
    const columns = [];
    const depth = [];
    let dirty = false;
    const colour = (style, name) => style.getPropertyValue(name).trim();
    const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const draw = () => {
      if (!dirty) return;
      dirty = false;
      const style = getComputedStyle(document.documentElement);
      const [cold, warm, hot] = ['--heat0', '--heat1', '--heat2'].map((name) => parts(colour(style, name)));
      const shades = Array.from({ length: 101 }, (_, p) => {
        const [from, to, share] = p <= 50 ? [cold, warm, p / 50] : [warm, hot, (p - 50) / 50];
        return from.map((value, k) => Math.round(value + (to[k] - value) * share));
      });
      const rows = Math.max(1, names.length);
      heat.width = KEPT;
      heat.height = rows;
      const context = heat.getContext('2d');
      const image = context.createImageData(KEPT, rows);
      columns.forEach((column, x) => column.forEach((value, y) => {
        const at = 4 * (y * KEPT + x + KEPT - columns.length);
        const shade = shades[value] || shades[0];
        image.data[at] = shade[0]; image.data[at + 1] = shade[1]; image.data[at + 2] = shade[2]; image.data[at + 3] = 255;
      }));
      context.putImageData(image, 0, 0);
      deep.width = deep.clientWidth || 600;
      const pen = deep.getContext('2d');
      const most = Math.max(1, ...depth);
      pen.strokeStyle = colour(style, '--link');
      pen.beginPath();
      depth.forEach((value, k) => {
        const x = deep.width * (k + KEPT - depth.length) / KEPT;
        const y = deep.height - 4 - (deep.height - 20) * value / most;
        if (k === 0) pen.moveTo(x, y); else pen.lineTo(x, y);
      });
      pen.stroke();
      pen.fillStyle = colour(style, '--soft');
      pen.font = '12px system-ui, sans-serif';
      pen.fillText('highest ' + bytes(most), 6, 13);
    };
    setInterval(draw, 200);
    heat.addEventListener('mousemove', (event) => {
      const box = heat.getBoundingClientRect();
      const y = Math.floor((event.clientY - box.top) / box.height * names.length);
      const x = Math.floor((event.clientX - box.left) / box.width * KEPT) - (KEPT - columns.length);
      if (names[y] && columns[x]) under.textContent = names[y] + ': ' + columns[x][y] + ' % busy';
    });
    const table = (body, rows, text) => body.replaceChildren(...(rows.length ? rows : [['none', null]]).map(([name, value]) =>
      make('tr', {}, make('td', {}, name), make('td', { class: 'number' }, value === null ? '' : text(value)))));
    const take = (message) => {
      if (message.type === 'start') {
        names = message.links;
        under.textContent = names.length < message.links_all ? 'The first ' + names.length + ' of ' + message.links_all + ' links, those between switches on top.'
          : names.length + ' links, those between switches on top; the newest right.';
        return;
      }
      if (message.type !== 'rows') return;
      bar.value = message.share;
      facts.textContent = 'simulated ' + time(message.simulated_s) + ', ' + Math.floor(message.share * 100) + ' %, ' + message.events.toLocaleString('en') + ' events';
      columns.push(message.heat);
      depth.push(message.queues.length ? message.queues[0][1] : 0);
      if (columns.length > KEPT) { columns.shift(); depth.shift(); }
      table(queues, message.queues, bytes);
      table(paused, message.paused, (share) => (share * 100).toFixed(1) + ' %');
      dirty = true;
    };
    const look = async () => {
      const run = await ask('/api/runs/' + id);
      if (title.textContent === 'Run ' + id) title.textContent = run.name;
      say(stateText(run) + (run.state === 'failed' ? ' (exit code ' + run.exit_code + ')' : ''), run.state === 'failed');
      cancel.disabled = run.state !== 'running' && run.state !== 'waiting';
      log.textContent = run.log || 'nothing yet';
      const whole = run.trace && run.trace.endsWith('.h5');
      links.replaceChildren(...(whole ? [make('a', { href: '/report/' + path(run.trace) }, 'report'), ' '] : []), ...(run.trace ? [make('a', { href: '/files/' + path(run.trace) }, whole ? 'trace' : 'trace so far')] : []));
      return !cancel.disabled;
    };
    const turn = async () => {
      let going = true;
      try { going = await look(); } catch (error) { if (document.getElementById('token')) return; say('No answer from the server: ' + error.message, true); }
      if (going) setTimeout(turn, 1000);
    };
    turn();
    const socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/run/' + id + '/live');
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = () => { look().catch(() => {}); };
  }

  const place = location.pathname.match(/^\/run\/(\d+)$/);
  if (place) live(place[1]); else list();
})();
