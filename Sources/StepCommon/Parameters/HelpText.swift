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
    let parameters =
      ["Parameters come from the environment; a flag overrides its variable (in brackets)."]
      + BackendRegistry.all.map { $0.credentialsHelp }
      + (makesNames ? ["Names become DNS-1123 labels: 2.4.1 becomes 2-4-1."] : [])
    return [purpose, parameters.joined(separator: " "), "\(codes)\n\(ExitCode.help)"].compactMap { $0 }
      .joined(separator: "\n\n")
  }
}
