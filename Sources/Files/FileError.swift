internal import Text

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What could not be done with which file, and why.
package struct FileError: Error, Hashable, CustomStringConvertible {
  /// What was attempted, as a verb: `write`.
  package var attempt: String
  /// The file or folder that it was attempted with, as it was named.
  package var path: String
  /// The operating system's reason.
  package var code: Code

  /// Makes an error.
  package init(_ attempt: String, _ path: String, _ code: Code) {
    self.attempt = attempt
    self.path = path
    self.code = code
  }

  /// One sentence: `cannot write reports/TEST-astra-clone.xml: no space left on device`.
  package var message: String {
    "cannot \(attempt) \(CleanText(path).singleLine().string): \(code.text)"
  }

  package var description: String { message }

  /// An error number of the operating system (`errno.h`); an unknown one is still a value.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32

    /// Makes a code from an error number.
    package init(rawValue: Int32) {
      self.rawValue = rawValue
    }

    package static let notFound = Self(rawValue: ENOENT)
    package static let noPermission = Self(rawValue: EACCES)
    package static let exists = Self(rawValue: EEXIST)
    package static let isFolder = Self(rawValue: EISDIR)
    package static let notAFolder = Self(rawValue: ENOTDIR)
    package static let noSpace = Self(rawValue: ENOSPC)
    package static let readOnly = Self(rawValue: EROFS)
    package static let tooLarge = Self(rawValue: EFBIG)
    package static let inputOutput = Self(rawValue: EIO)
    package static let interrupted = Self(rawValue: EINTR)
    package static let notNow = Self(rawValue: EAGAIN)
    package static let timedOut = Self(rawValue: ETIMEDOUT)
    package static let tooManyLinks = Self(rawValue: ELOOP)
    package static let invalid = Self(rawValue: EINVAL)
    package static let notSupported = Self(rawValue: ENOTSUP)
    package static let notPermitted = Self(rawValue: EPERM)
    package static let notImplemented = Self(rawValue: ENOSYS)
    package static let busy = Self(rawValue: EBUSY)
    package static let otherDevice = Self(rawValue: EXDEV)
    package static let textBusy = Self(rawValue: ETXTBSY)
    package static let nameTooLong = Self(rawValue: ENAMETOOLONG)
    package static let quota = Self(rawValue: EDQUOT)

    /// Whether it says that this file system, or this user of it, cannot do such a thing at all, and not that it
    /// went wrong: CIFS, NFS and FUSE say each of these to calls that others carry out.
    package var isRefusal: Bool {
      let refusals: Set<Self> = [
        .notPermitted, .noPermission, .invalid, .notSupported, .notImplemented, .readOnly, .noDevice,
        .noControl,
        Self(rawValue: EOPNOTSUPP),
      ]
      return refusals.contains(self)
    }

    private static let noDevice = Self(rawValue: ENODEV)
    private static let noControl = Self(rawValue: ENOTTY)

    /// Whether it says that just this file cannot be replaced by another one.
    var isNoReplacement: Bool { [.busy, .otherDevice, .textBusy, .nameTooLong].contains(self) }

    /// The error that the last system call of this thread left behind.
    static var last: Self { Self(rawValue: errno) }

    /// The operating system's words, as a fragment: `no space left on device`.
    package var text: String { systemMessage(rawValue) }
  }
}
