import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the mock says next. */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'tool'
      readonly name: string
      readonly input: Readonly<Record<string, unknown>>
    }
  | {
      readonly kind: 'error'
      readonly status: number
      readonly type: string
      readonly message: string
    }

/** A request for a message. */
export interface MessageRequest {
  /** Every string anywhere inside the body, unescaped. */
  readonly strings: readonly string[]
}

export interface MessagesApi {
  /** `http://127.0.0.1:<port>`, what `ANTHROPIC_BASE_URL` wants. */
  readonly baseUrl: string
  /** `POST /v1/messages`, in order of arrival. */
  readonly messages: readonly MessageRequest[]
  /**
   * `METHOD path` of what the mock knows no answer to (404), and `CONNECT host:port` of what
   * wanted to leave this machine through the mock as a proxy (refused).
   */
  readonly unknown: readonly string[]
  /** Drops open connections too. */
  close(): Promise<void>
}

/**
 * A stand-in for the Messages API on a free loopback port: streams when it is asked to stream,
 * counts tokens without counting, keeps what it was sent. A promised reply keeps the client
 * waiting, for ever if it is never kept.
 */
export async function startMessagesApi(
  replyTo: (request: MessageRequest) => Reply | Promise<Reply>,
): Promise<MessagesApi> {
  const messages: MessageRequest[] = []
  const unknown: string[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      unknown.push(`${request.method} ${request.url}: ${error}`)
      response.destroy()
    })
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const what = `${request.method} ${pathname}`
    const body = await readAll(request)
    if (what === 'POST /v1/messages') {
      const parsed: unknown = JSON.parse(body)
      const message = { strings: stringsIn(parsed) }
      messages.push(message)
      send(response, await replyTo(message), wantsStream(parsed))
    } else if (what === 'POST /v1/messages/count_tokens') {
      sendJson(response, 200, { input_tokens: 1 })
    } else {
      unknown.push(what)
      sendJson(response, 404, errorBody('not_found_error', `${what} is not mocked`))
    }
  }
  server.on('connect', (request, socket) => {
    unknown.push(`CONNECT ${request.url}`)
    socket.destroy()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    unknown,
    close: () => close(server),
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}

function wantsStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true
}

function send(response: ServerResponse, reply: Reply, stream: boolean): void {
  if (reply.kind === 'error') {
    sendJson(response, reply.status, errorBody(reply.type, reply.message))
  } else if (stream) {
    sendEvents(response, reply)
  } else {
    sendJson(response, 200, wholeMessage(reply))
  }
}

type Content = Extract<Reply, { kind: 'text' | 'tool' }>

function sendEvents(response: ServerResponse, content: Content): void {
  const { content: blocks, stop_reason, usage, ...start } = wholeMessage(content)
  const delta =
    content.kind === 'text'
      ? { type: 'text_delta', text: content.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(content.input) }
  const empty = content.kind === 'text' ? { type: 'text', text: '' } : { ...blocks[0], input: {} }
  const events = [
    { type: 'message_start', message: { ...start, content: [], stop_reason: null, usage } },
    { type: 'content_block_start', index: 0, content_block: empty },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of events) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  response.end()
}

let lastId = 0

function wholeMessage(content: Content) {
  lastId += 1
  const block =
    content.kind === 'text'
      ? { type: 'text', text: content.text }
      : { type: 'tool_use', id: `toolu_${lastId}`, name: content.name, input: content.input }
  return {
    id: `msg_${lastId}`,
    type: 'message',
    role: 'assistant',
    model: 'claude-mock',
    content: [block],
    stop_reason: content.kind === 'text' ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
}

function errorBody(type: string, message: string) {
  return { type: 'error', error: { type, message } }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((closed) => server.close(() => closed()))
}
