package import Files
package import ServiceSimulation

/// Something that goes wrong at a site, once, as data.
package struct SiteFault: Sendable {
  package indirect enum Effect: Sendable {
    /// Several things at once, in this order.
    case several([Effect])

    // On the way to the server and back.

    /// Nothing accepts the connection.
    case refused
    /// The connection breaks before the server has seen the request.
    case resetBefore
    /// The server carries the request out, and the connection breaks before its answer.
    case lostAnswer
    /// The server carries the request out, and the connection breaks within its answer.
    case cutAnswer
    /// The server carries the request out at once and says nothing until the client's patience ends.
    case silence
    /// The answer takes so long; longer than the client's patience is a silence.
    case slow(Duration)
    /// The connection breaks at once, and the server carries the request out only after so long.
    case late(Duration)
    /// The server's certificate is not trusted.
    case untrusted

    // In the answer.

    /// Something on the way answers in the server's place; the server sees the request only if `afterwards`.
    case answers(ServiceResponse, afterwards: Bool = false)
    /// The server's own answer arrives, bent.
    case bent(@Sendable (inout ServiceResponse) -> Void)
    /// A read is answered by a replica that stands where the server stood so many requests ago.
    case stale(requests: Int)

    // From here on, for a while; nil is for good.

    /// Every read is answered as of now.
    case lag(Duration)
    /// Nothing accepts connections.
    case down(Duration?)
    /// Every request is answered so, and the server sees none.
    case overload(ServiceResponse, Duration?)

    // At pages.

    /// No page answers, for a while; nil is for good.
    case pagesDown(Duration?)
    /// A page answers once more as before whatever else this fault does.
    case pageOfBefore
    /// From here on every page arrives bent.
    case pagesBent(@Sendable (inout ServiceResponse) -> Void)

    // Elsewhere.

    /// Somebody or something changes the service, or what it holds.
    case world(@Sendable (inout any SimulatedService) -> Void)
    /// This machine's calendar clock jumps.
    case clockJump(Duration)
    /// So many writes of files in a row fail for that reason.
    case unwritable(FileError.Code, writes: Int)
    /// One system call for a file fails for that reason.
    case callFails(FileError.Code)
    /// So many bytes of a write reach the disk, and the step is killed.
    case killWithinWrite(bytes: Int)
    /// The step is killed: before what it is about to do is done, or after it.
    case killBefore
    case killAfter
    /// A signal asks the step to end before what it is about to do is done, or within it.
    case signalBefore(Int32)
    case signalWithin(Int32)
  }

  /// What it meets.
  package enum Position: Sendable {
    /// The request of that number, from 1.
    case request(Int)
    /// The event of that number, from 1.
    case event(Int)
    /// The next request of that method whose path ends so (its query left aside); `LOOK` is a look at a page.
    case next(method: String, ending: String)
    /// The next request of that action on that subject; where they are given, that names this id, or is of that
    /// application.
    case nextOf(RequestPurpose.Action, RequestPurpose.Subject, naming: String? = nil, of: String? = nil)
  }

  package var effect: Effect
  package var position: Position
  /// How many of the events at that position meet it, one after the other.
  package var times = 1

  /// A fault at the request of that number, from 1.
  package init(_ effect: Effect, atRequest number: Int) {
    (self.effect, position) = (effect, .request(number))
  }

  /// A fault at the event of that number, from 1.
  package init(_ effect: Effect, atEvent number: Int) {
    (self.effect, position) = (effect, .event(number))
  }

  /// A fault at the next request of that action on that subject; where they are given, that names this id, or is of that
  /// application.
  package init(
    _ effect: Effect, _ action: RequestPurpose.Action, _ subject: RequestPurpose.Subject,
    naming id: String? = nil, of owner: String? = nil
  ) {
    (self.effect, position) = (effect, .nextOf(action, subject, naming: id, of: owner))
  }

  /// A fault at the next request of that method whose path ends so (its query left aside).
  package init(_ effect: Effect, _ method: String, endingIn ending: String = "") {
    (self.effect, position) = (effect, .next(method: method, ending: ending))
  }
}

/// What a step does that the service could notice, in the order in which it does it: where faults can meet it.
package enum SiteEvent: Hashable, Sendable {
  /// A request, with its target and what it is for.
  case request(method: String, target: String, purpose: RequestPurpose)
  /// A look at a page.
  case probe(url: String)
  /// A file is replaced or appended to.
  case write(path: String)
  /// A system call on the way of that, where files are real.
  case fileCall(FileCall)
  /// A pause.
  case sleep(Duration)

  /// What it is for, if it is a request.
  package var purpose: RequestPurpose? {
    if case .request(_, _, let purpose) = self { purpose } else { nil }
  }

  /// Whether it asks the server for a change.
  package var isChange: Bool {
    purpose?.isChange ?? false
  }

  /// One line about it.
  package var text: String {
    switch self {
    case .request(let method, let target, _):
      "\(method) \(target.split(separator: "/").dropFirst(2).joined(separator: "/"))"
    case .probe(let url): "look at \(url)"
    case .write(let path): "write \(path)"
    case .fileCall(let call): "call \(call.rawValue)"
    case .sleep(let duration): "sleep \(duration)"
    }
  }
}
