internal import CMicroHTTPD
internal import Glibc
internal import SimulatorSupport

/// The applications' front pages: each listens at an address of its own, and one server answers for all of them.
struct FrontPages: Sendable {
  private let queue: Int32

  init() throws(Failure) {
    queue = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard queue >= 0 else { throw .cannotCreate("cannot wait for connections; the system has no epoll") }
  }

  /// Listens at one more address, `host:port`.
  func open(_ address: String) throws(Failure) {
    let parts = address.split(separator: ":")
    let socket = try ListeningSocket(
      String(parts[0]), port: Int(parts[1]) ?? 0,
      advice: "give another --port, or --without-pages to serve no front pages")
    var event = unsafe epoll_event()
    unsafe event.events = EPOLLIN.rawValue
    unsafe event.data.fd = socket.descriptor
    guard unsafe epoll_ctl(queue, EPOLL_CTL_ADD, socket.descriptor, &event) == 0 else {
      throw .cannotCreate(
        "cannot wait for connections at \(address); give --without-pages to serve no front pages")
    }
  }

  /// Serves pages for ever; `page` tells what the one at an address answers, nil if there is none.
  func serve(_ page: @escaping @Sendable (String) -> (status: Int, html: String)?) throws(Failure) -> Never {
    let server = try HTTPServer(
      nil, nil,
      HTTPServer.Handler(answer: { _, connection in
        let local = LocalAddress(of: connection.descriptor)
        let page = page("\(local.host):\(local.port)")
        return SimulatedResponse(
          status: page?.status ?? 404, headers: [("Content-Type", "text/html; charset=utf-8")],
          body: Array((page?.html ?? "").utf8))
      }))
    while true {
      var event = unsafe epoll_event()
      guard unsafe epoll_wait(queue, &event, 1, -1) == 1 else { continue }
      let connection = unsafe accept(event.data.fd, nil, nil)
      if connection >= 0 {
        server.serve(connection)
      } else if errno == EMFILE || errno == ENFILE {
        // The client waits in the queue until somebody else hangs up.
        usleep(10_000)
      }
    }
  }
}
