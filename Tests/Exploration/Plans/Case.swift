package import ServiceSimulation

/// One bad day, by a name that is enough to play it again.
package enum Case: Hashable, Sendable, CustomStringConvertible {
  /// `pipeline/17/lostAnswer`: a fault at one event of a mission.
  case event(mission: String, number: Int, fault: String)
  /// `pipeline/17/killAfter/abandoned`: the same, and nobody runs the step again before the week is over.
  case abandoned(mission: String, number: Int, fault: String)
  /// `nameless-restore/17/killAfter/later`: the same, and the step is run again only when its operation may be over and
  /// customers have gone on writing.
  case later(mission: String, number: Int, fault: String)
  /// `restore/4s/deadline` and `restore/4s/deadline/later`: the first attempts end by a deadline that is too short.
  case deadline(mission: String, seconds: Int, isLater: Bool)
  /// `pipeline/backup-1/fails`: an operation of the server that goes wrong.
  case operation(mission: String, kind: OperationKind, nth: Int, effect: OperationEffect)
  /// `seed/4711`: a world, and what goes wrong in it, drawn from a seed.
  case seed(UInt64)

  package var description: String {
    switch self {
    case .event(let mission, let number, let fault): "\(mission)/\(number)/\(fault)"
    case .abandoned(let mission, let number, let fault): "\(mission)/\(number)/\(fault)/abandoned"
    case .later(let mission, let number, let fault): "\(mission)/\(number)/\(fault)/later"
    case .deadline(let mission, let seconds, let isLater):
      "\(mission)/\(seconds)s/deadline\(isLater ? "/later" : "")"
    case .operation(let mission, let kind, let nth, let effect):
      "\(mission)/\(kind.rawValue)-\(nth)/\(effect.rawValue)"
    case .seed(let seed): "seed/\(seed)"
    }
  }

  /// Reads a name; nil if it is none.
  package init?(_ name: String, in catalogue: FaultCatalogue) {
    let parts = name.split(separator: "/").map(String.init)
    if parts.count == 2, parts[0] == "seed", let seed = UInt64(parts[1]) {
      self = .seed(seed)
      return
    }
    let ending = parts.count == 4 ? parts[3] : ""
    guard parts.count == 3 || ["abandoned", "later"].contains(ending), Mission.named(parts[0]) != nil
    else { return nil }
    let place = parts[1].split(separator: "-").map(String.init)
    if let number = Int(parts[1]), catalogue.kind(named: parts[2]) != nil {
      self =
        switch ending {
        case "abandoned": .abandoned(mission: parts[0], number: number, fault: parts[2])
        case "later": .later(mission: parts[0], number: number, fault: parts[2])
        default: .event(mission: parts[0], number: number, fault: parts[2])
        }
    } else if parts[2] == "deadline", ending != "abandoned", parts[1].hasSuffix("s"),
      let seconds = Int(parts[1].dropLast())
    {
      self = .deadline(mission: parts[0], seconds: seconds, isLater: ending == "later")
    } else if parts.count == 3, place.count == 2, let kind = OperationKind(rawValue: place[0]),
      let nth = Int(place[1]), let effect = OperationEffect(rawValue: parts[2])
    {
      self = .operation(mission: parts[0], kind: kind, nth: nth, effect: effect)
    } else {
      return nil
    }
  }
}
