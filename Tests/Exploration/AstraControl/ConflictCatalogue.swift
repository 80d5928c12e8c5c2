/// The conflicts (409) of the API's catalogue of problems, release 24.02, and what each means for a change.
///
/// Sorted by the catalogue's own words; whether a busy application or one that is not ready is waited for, the steps
/// have to find out.
enum ConflictCatalogue {
  enum Meaning {
    /// Something else is under way and will end, or the object is not ready yet.
    case passing
    /// The name, the namespace or the application is there already.
    case nameTaken
    /// Anything else: the server does not do it.
    case refusal
  }

  static let numbers = [
    10, 19, 21, 22, 23, 25, 26, 27, 37, 39, 42, 43, 44, 45, 48, 57, 83, 84, 107, 111, 112, 119, 121, 123, 128,
    130, 131, 132, 136, 138, 139, 140, 141, 142, 143, 144, 145, 148, 149, 150, 151, 152, 153, 154, 155, 157,
    158, 161, 162, 164, 172, 173, 174, 175, 176,
  ]

  static func meaning(of number: Int) -> Meaning {
    switch number {
    // "in progress", "in use", "currently unavailable", "isn't in a state": they pass.
    case 48, 107, 111, 112, 142, 144, 148, 152, 157, 164, 174: .passing
    // "already exists", "namespace is currently unavailable", "an application with the same name".
    case 121, 123, 136, 143, 176: .nameTaken
    default: .refusal
    }
  }
}
