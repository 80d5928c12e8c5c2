internal import CArguments

/// How this process was called.
package enum ProcessCall {
  /// The name of the program, as it was called, and its arguments; empty only if the caller gave not even a name.
  package static var arguments: [String] {
    var texts: [String] = []
    var next = unsafe astra_arguments()
    while let text = unsafe next.pointee {
      unsafe texts.append(String(cString: text))
      unsafe next += 1
    }
    return texts
  }

  /// Names the process for `ps` and `pkill`: where a loader was started in its place, it has the loader's name.
  package static func name(_ program: String) {
    unsafe program.withCString { unsafe astra_name_process($0) }
  }
}
