/// A text in which no CI system finds a command: `##vso[` becomes `# #vso[`, and so do `##[` and `##teamcity[`.
///
/// Azure's agent obeys `##vso[` anywhere in a line (`Command.TryParse`), GitHub's runner `##[` (`ActionCommand.TryParse`),
/// so what stands before it does not help. `::` counts only where a line begins, and no line of ours does so with a text
/// of others.
package func withoutPipelineCommands(_ text: String) -> String {
  let mark = UInt8(ascii: "#")
  guard text.utf8.contains(mark) else { return text }
  var result: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    result.append(byte)
    guard byte == mark, rest.first == mark else { continue }
    let name = rest.dropFirst().prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    if rest.dropFirst(1 + name.count).first == UInt8(ascii: "[") { result.append(UInt8(ascii: " ")) }
  }
  return String(decoding: result, as: UTF8.self)
}
