import Foundation
import Glibc

/// A folder that cannot be written to, by one of the means that the machine allows.
///
/// A file system of one's own takes the right to mount, which a plain container does not give; the other means
/// need nothing. What is mounted is unmounted with the last one who knows of it.
final class BadDisk: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    /// A file system without a free page.
    case full
    /// No file may have a byte: the nearest to a full disk that any user can make.
    ///
    /// Whoever writes all the same gets a signal, which ends a program unless it ignores it.
    case limited
    /// A folder whose mode forbids writing.
    case forbidden
    /// A file system that is mounted for reading only.
    case readOnly

    /// What the operating system says of it.
    var words: String {
      switch self {
      case .full: "no space left on device"
      case .limited: "file too large"
      case .forbidden: "permission denied"
      case .readOnly: "read-only file system"
      }
    }

    /// Those that this machine allows.
    static let possible = allCases.filter { kind in
      switch kind {
      case .full, .readOnly: mayMount
      case .limited: true
      case .forbidden: geteuid() != 0 || mayGiveUpPower
      }
    }

    private static let mayMount: Bool = {
      guard let folder = try? TemporaryFolder() else { return false }
      defer { _ = unsafe umount2(folder.path(""), Int32(MNT_DETACH)) }
      return unsafe mount("none", folder.path(""), "tmpfs", 0, "size=16k") == 0
    }()

    private static let mayGiveUpPower: Bool = {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/setpriv")
      process.arguments = [withoutPower, "/bin/true"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }()
  }

  /// Takes from root what makes it blind to modes.
  private static let withoutPower = "--bounding-set=-dac_override,-dac_read_search"

  private let kind: Kind
  private let folder: String
  private var isMounted: Bool { kind == .full || kind == .readOnly }

  /// Makes a folder of a workspace such a place, with `file` in it if that is given.
  init(_ kind: Kind, _ workspace: TemporaryFolder, _ name: String, holding file: (String, Data)? = nil) throws
  {
    (self.kind, folder) = (kind, workspace.path(name))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if isMounted { try unsafe Self.check(mount("none", folder, "tmpfs", 0, "size=64k")) }
    if let file { try file.1.write(to: URL(filePath: "\(folder)/\(file.0)")) }
    switch kind {
    case .full: fill()
    case .limited: break
    case .forbidden: try unsafe Self.check(chmod(folder, 0o555))
    case .readOnly:
      let flags = UInt(MS_REMOUNT | MS_RDONLY)
      try unsafe Self.check(mount("none", folder, "tmpfs", flags, nil))
    }
  }

  deinit {
    _ = unsafe chmod(folder, 0o755)
    if isMounted { _ = unsafe umount2(folder, Int32(MNT_DETACH)) }
  }

  /// What a shell does before the step, so that the place is as bad for it; nil: nothing.
  var shell: String? {
    switch kind {
    case .limited: #"ulimit -f 0; exec env --default-signal=XFSZ "$@""#
    case .forbidden where geteuid() == 0: "exec setpriv \(Self.withoutPower) \"$@\""
    case .full, .forbidden, .readOnly: nil
    }
  }

  /// Leaves not one free page.
  private func fill() {
    let filler = unsafe open("\(folder)/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    let page = [UInt8](repeating: 0x20, count: 4096)
    while filler >= 0, unsafe write(filler, page, page.count) > 0 {}
    close(filler)
  }

  private static func check(_ result: Int32) throws {
    if result != 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }
}
