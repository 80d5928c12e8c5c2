internal import HTTPTransport
internal import Timing

extension StepEnvironment {
  /// The same machine, whose connections to a service belong to the trace that its variables name, if they name one.
  ///
  /// Customers' pages are asked for without it, and a redirect is followed nowhere: no other host hears of the trace.
  func traced(without log: Log) -> StepEnvironment {
    guard let parent = variables["TRACEPARENT"]?.trimmed, !parent.isEmpty else { return self }
    // Numbers of its own, so that a trace changes nothing else that chance decides.
    var chance = random
    let seed = chance.next() ^ 0x7472_6163_6500_0000
    // A secret that somebody has put there goes nowhere.
    let state = variables["TRACESTATE"].flatMap { log.scrubbed($0) == $0 ? $0.trimmed : nil }
    guard let trace = TraceContext(parent: parent, state: state, random: SeededRandom(seed: seed)) else {
      return self
    }
    var traced = self
    traced.trace = trace.traceID
    let connect = connect
    traced.connect = { connection, userAgent, time throws(TransportError) in
      let transport = try connect(connection, userAgent, time)
      return connection.isElsewhere ? transport : TracingTransport(transport, trace)
    }
    return traced
  }

  /// Says which trace the run belongs to.
  func tellTrace(_ log: Log) {
    if let trace {
      log.info("trace \(trace)")
    } else if variables["TRACEPARENT"]?.trimmed.isEmpty == false {
      log.debug("TRACEPARENT is not 00-<32 digits>-<16 digits>-<2 digits> of base 16: no trace is forwarded")
    }
  }
}
