internal import Files

extension FileWriter {
  /// The text of a file that a parameter names.
  func text(at path: String, named title: String) throws(StepFailure) -> String {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try read(path, limit: 1 << 20)
    } catch {
      throw .badParameter("\(title): \(error.message): name a file that this user can read")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badParameter("\(title): \(path) is not UTF-8 text")
    }
    return text
  }
}
