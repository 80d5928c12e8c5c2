internal import Text

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The name of a file that is still being written: `.<name>.<space>-<pid>-<random>.tmp`.
///
/// `space` stands for the machine's boot and the set of processes that `pid` counts in, since containers that share
/// a folder number their processes alike. Whether its writer is gone can then be proven.
struct TemporaryName {
  private static let suffix = ".tmp"
  private let prefix: String

  /// The names beside a file of that name.
  init(of name: String) {
    prefix = ".\(name)."
  }

  /// A name that no other process gives, nor this one twice.
  func new() -> String {
    let random = UInt32.random(in: 0...UInt32.max)
    return "\(prefix)\(Self.space ?? 0)-\(getpid())-\(random)\(Self.suffix)"
  }

  /// What a name that `new` could have given says of its writer; nil for any other name.
  ///
  /// Names of two numbers are those of earlier versions, which do not say in which space the process was.
  func writer(of name: String) -> Writer? {
    guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { return nil }
    let middle = name.dropFirst(prefix.count).dropLast(Self.suffix.count)
    let numbers = middle.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    switch numbers.count {
    case 2 where !numbers.contains(nil): return Writer(space: nil, process: nil)
    case 3 where !numbers.contains(nil):
      return Writer(space: numbers[0], process: numbers[1].flatMap { pid_t(exactly: $0) })
    default: return nil
    }
  }

  /// Who wrote a file.
  struct Writer {
    fileprivate let space: UInt64?
    fileprivate let process: pid_t?

    /// Whether that process is known to have ended: it counted where we count, and is not there any more.
    var isGone: Bool {
      guard let process, process > 0, let space, let here = TemporaryName.space, space == here else {
        return false
      }
      return kill(process, 0) != 0 && errno == ESRCH
    }
  }

  /// This boot and this set of processes as a number; nil where the system does not tell (it is Linux that does).
  private static let space: UInt64? = {
    guard let boot = try? SystemFiles().read("/proc/sys/kernel/random/boot_id", limit: 100),
      let processes = try? SystemFiles.target(ofLink: "/proc/self/ns/pid")
    else { return nil }
    return UInt64(FNV.hash(boot + Array(processes.utf8)))
  }()
}
