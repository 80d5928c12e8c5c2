#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The system's error number for it if this process cannot have that many descriptors more; else zero.
func descriptorShortage(needing count: Int) -> Int32 {
  var descriptors: [Int32] = []
  defer { for descriptor in descriptors { close(descriptor) } }
  while descriptors.count < count {
    let descriptor = unsafe open("/", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [EMFILE, ENFILE].contains(errno) ? errno : 0 }
    descriptors.append(descriptor)
  }
  return 0
}
