/// What `--help` says of every step alike.
package enum HelpText {
  /// The long part of a step's help.
  ///
  /// - Parameters:
  ///   - purpose: what is to be known of this step alone, in paragraphs; nil if its one line says it all.
  ///   - makesNames: whether the step makes something under a name.
  ///   - codes: what the list of exit codes begins with.
  /// - Returns: the paragraphs, with the list of exit codes last.
  package static func discussion(
    _ purpose: String? = nil, makesNames: Bool = true, codes: String = "Exit codes:"
  ) -> String {
    var text = ""
    if let purpose {
      text.append(purpose)
      text.append("\n\n")
    }
    text.append("Parameters come from the environment; a flag overrides its variable (in brackets).")
    for backend in BackendRegistry.all {
      text.append(" ")
      text.append(backend.credentialsHelp)
    }
    if makesNames { text.append(" Names become DNS-1123 labels: 2.4.1 becomes 2-4-1.") }
    text.append("\n\n")
    text.append(codes)
    text.append("\n")
    text.append(ExitCode.help)
    return text
  }
}
