// Shows the world as GET overview tells it, and lets a person meddle with it through the control endpoints.
// Whatever comes from the world is put in as text: nothing here writes markup.

const at = (id) => document.getElementById(id)
const count = (number, one) => `${number.toLocaleString('en')} ${one}${number === 1 ? '' : 's'}`
let timer = 0
let asked = 0

// MARK: Building

// Changes a text only where it is another one: what listens to the page reads out every change.
function say(id, text, kind) {
  if (at(id).textContent !== text) at(id).textContent = text
  if (kind) at(id).className = kind
}

function element(name, content, attributes = {}) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (content !== undefined) made.append(...[content].flat())
  return made
}

function button(text, action, name = text) {
  const made = element('button', text, { type: 'button', 'aria-label': name })
  made.addEventListener('click', action)
  return made
}

// Makes a list show these items: a child that shows its item already stays as it is and where it is, so that nobody
// loses the button under his finger.
function show(list, items, key, build) {
  const uses = new Map()
  const ids = items.map((item) => {
    const number = (uses.get(key(item)) ?? 0) + 1
    uses.set(key(item), number)
    return `${key(item)} ${number}`
  })
  const wanted = new Set(ids)
  for (const child of [...list.children]) if (!wanted.has(child.dataset.key)) child.remove()
  const present = new Map([...list.children].map((child) => [child.dataset.key, child]))
  let place = list.firstElementChild
  items.forEach((item, index) => {
    const text = JSON.stringify(item)
    let child = present.get(ids[index])
    if (child?.shown !== text) {
      const made = build(item, child)
      made.dataset.key = ids[index]
      made.shown = text
      if (child && child !== made) {
        if (place === child) place = made
        child.replaceWith(made)
      }
      child = made
    }
    if (child === place) place = place.nextElementSibling
    else list.insertBefore(child, place)
  })
}

function row(list, cells) {
  const labels = [...list.closest('table').querySelectorAll('thead th')].map((head) => head.textContent)
  return element('tr', cells.map((cell, index) => element('td', cell, { 'data-label': labels[index] })))
}

// MARK: Words

function duration(seconds) {
  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]]
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units[3]
  return count(Math.floor(seconds / size), unit)
}

function time(seconds) {
  return `${seconds.toFixed(1)} s`
}

function state(text, ...good) {
  const bad = ['failed', 'removed', 'unavailable', 'stalled']
  const kind = good.includes(text) ? 'good' : bad.includes(text) ? 'bad' : 'busy'
  return element('span', text, { class: kind })
}

function rows(content) {
  if (!content) return 'nothing yet'
  return [count(content.rows, 'row'), element('small', content.lastRows.length ? `… ${content.lastRows.join(', ')}` : '')]
}

function release(content) {
  if (!content) return '–'
  return [content.version, element('small', content.broken ? 'broken' : 'well', { class: content.broken ? 'bad' : 'good' })]
}

function front(app) {
  if (!/^127\.[0-9.]+:[0-9]+$/.test(app.address)) return 'none'
  const link = element('a', app.address, { href: `http://${app.address}/`, target: '_blank', rel: 'noreferrer' })
  const kind = app.pageStatus === 200 ? 'good' : app.pageStatus === 500 ? 'bad' : 'busy'
  return [link, element('small', app.pageStatus === 200 ? '200, it is well' : `${app.pageStatus ?? 'nothing there'}`, { class: kind })]
}

function some(part, one) {
  const shown = part.shown.length
  const rest = part.matching - shown
  return count(part.matching, one) + (rest > 0 ? `: the first ${shown} are shown, and there are ${rest.toLocaleString('en')} more` : '')
}

// MARK: Showing

function showAll(world) {
  say('service', world.service)
  say('clock', world.serverTime)
  say('totals', `${time(world.now)} since its start, ${count(world.requests, 'request')}`)
  document.title = `Simulator: ${world.service}`

  say('n-applications', some(world.applications, 'application'))
  show(at('applications'), world.applications.shown, (app) => app.id, (app) => row(at('applications'), [
    app.name, [app.cluster, element('small', app.namespaces.join(', '))], state(app.state, 'ready', 'running'), release(app.content),
    rows(app.content), front(app)]))

  say('n-points', some(world.recoveryPoints, 'recovery point'))
  show(at('points'), world.recoveryPoints.shown.map((point) => ({ ...point, ageSeconds: undefined, age: point.ageSeconds === null ? '–' : duration(point.ageSeconds) })),
    (point) => point.id, (point) => row(at('points'), [
      [point.name, element('small', point.kind)], point.application, point.age,
      [state(point.state, 'completed'), element('small', point.hookState === 'failed' ? 'its hooks failed' : '', { class: 'bad' })],
      point.content ? `${point.content.version}, ${count(point.content.rows, 'row')}` : 'nothing yet']))

  say('n-operations', some(world.operations, 'operation'))
  show(at('operations'), world.operations.shown, (one) => String(one.number), showOperation)

  showFaults(world.faults)

  const requests = world.lastRequests.slice(-50).reverse()
  say('n-requests', `the last ${requests.length}, the newest first`)
  show(at('requests'), requests, (one) => `${one.at} ${one.method} ${one.target} ${one.status}`, (one) => row(at('requests'), [
    time(one.at), [`${one.method} ${one.target}`, element('small', one.cluster ?? '')],
    element('span', String(one.status), { class: one.status < 400 ? 'good' : 'bad' })]))

  const journal = world.journal.slice(-50).reverse()
  say('n-journal', `the last ${journal.length} entries, the newest first`)
  show(at('journal'), journal, (one) => `${one.at} ${one.event} ${one.id}`, (one) => row(at('journal'), [
    time(one.at), one.event, [one.name, element('small', one.kind)]]))
}

// The row of an operation is kept while it moves, with its buttons.
function showOperation(one, present) {
  const what = `${one.kind} of ${one.applicationName}${one.name === one.applicationName ? '' : ` (${one.name})`}`
  const made = present ?? row(at('operations'), ['', '', element('progress', undefined, { max: '1', 'aria-label': `progress of ${what}` }),
    ['complete', 'fail', 'stall'].map((action) => button(action, () => post(action, { subject: one.subject }), `${action} the ${what}`))])
  made.children[0].replaceChildren(what)
  made.children[1].replaceChildren(state(one.stalled ? 'stalled' : one.state ?? 'waiting'))
  made.querySelector('progress').value = one.progress
  return made
}

function showFaults(faults) {
  const on = [
    ...faults.operations.map((fault) => ({ text: `${fault.kind} number ${fault.nth}: ${fault.effect}`, off: ['removeOperationFault', fault] })),
    ...faults.responses.map((fault) => ({
      text: `${fault.method === '*' ? 'any method' : fault.method} ${fault.path === '*' ? 'at any path' : fault.path}: ${fault.status} for ${count(fault.count, 'request')}, from number ${fault.nth} on${fault.afterwards ? ', after it was carried out' : ''}`,
      off: ['removeResponseFault', fault] })),
    ...(faults.tokenIsRevoked ? [{ text: 'the token is revoked', off: ['token', { token: null }] }] : []),
    ...faults.switches.filter((one) => one.isOn).map((one) => ({ text: one.name, off: ['settings', one.off] })),
  ]
  say('n-faults', on.length ? `${count(on.length, 'fault')} on or to come` : 'No fault is on.')
  show(at('faults'), on, (one) => JSON.stringify(one), (one) =>
    element('li', [element('span', one.text), button('Take off', () => post(...one.off), `Take off: ${one.text}`)]))
  at('revoke').disabled = faults.tokenIsRevoked
  choices(at('operation-fault').elements.kind, faults.kinds)
  choices(at('operation-fault').elements.effect, faults.effects)
  const boxes = at('switches')
  for (const one of faults.switches) {
    let box = [...boxes.querySelectorAll('input')].find((box) => box.name === one.name)
    if (!box) {
      box = element('input', undefined, { type: 'checkbox', name: one.name })
      box.addEventListener('change', () => post('settings', box.checked ? one.on : one.off))
      boxes.append(element('label', [box, one.name], { class: 'check' }))
    }
    box.checked = one.isOn
  }
}

function choices(select, names) {
  if (select.options.length === 0) select.append(...names.map((name) => element('option', name)))
}

// MARK: Asking

async function refresh() {
  clearTimeout(timer)
  const number = ++asked
  const begun = performance.now()
  try {
    const answer = await fetch(`overview?filter=${encodeURIComponent(at('filter').value)}`)
    const world = await answer.json()
    if (!answer.ok) throw new Error(world.error)
    // A later question has been asked meanwhile: its answer counts.
    if (number !== asked) return
    showAll(world)
    say('link', 'live', 'good')
  } catch (error) {
    if (number !== asked) return
    say('link', `the simulator does not answer (${error.message}); asking again`, 'bad')
  }
  // A large world is asked less often: it has other things to do.
  const rest = Math.max(1000, 5 * (performance.now() - begun))
  if (!document.hidden) timer = setTimeout(refresh, rest)
}

async function post(action, body) {
  try {
    const answer = await fetch(action, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    say('notice', answer.ok ? '' : (await answer.json()).error)
  } catch (error) {
    say('notice', `${action}: the simulator does not answer (${error.message})`)
  }
  await refresh()
}

function onSubmit(id, read) {
  at(id).addEventListener('submit', (event) => {
    event.preventDefault()
    post(...read(at(id).elements))
  })
}

onSubmit('operation-fault', (form) => ['operationFault', { kind: form.kind.value, effect: form.effect.value }])
onSubmit('response-fault', (form) => ['responseFault', {
  method: form.method.value, path: form.path.value, status: Number(form.status.value), count: Number(form.count.value),
  afterwards: form.afterwards.checked }])
onSubmit('advance', (form) => ['advance', { seconds: Number(form.seconds.value) }])
for (const id of ['token', 'switches']) at(id).addEventListener('submit', (event) => event.preventDefault())
at('revoke').addEventListener('click', () => post('token', { token: `revoked-${crypto.randomUUID()}` }))
at('filter').addEventListener('input', refresh)
document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : refresh())
refresh()
