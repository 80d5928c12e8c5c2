import Foundation
import Glibc

/// A file that is a mount point by itself, as a container's volume may make it: nothing can be renamed over it.
///
/// It takes the right to mount. It is unmounted with the last one who knows of it.
final class MountedFile: Sendable {
  static let isPossible: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    return (try? MountedFile("file", holding: Data(), in: folder)) != nil
  }()

  private let path: String

  /// Mounts a file with these bytes at a path below a workspace.
  init(_ name: String, holding data: Data, in workspace: TemporaryFolder) throws {
    path = workspace.path(name)
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    // Over itself: then it is the one file of that place, and yet nothing else can take its name.
    guard unsafe mount(path, path, "none", UInt(MS_BIND), nil) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
  }

  deinit {
    _ = unsafe umount2(path, Int32(MNT_DETACH))
  }
}
