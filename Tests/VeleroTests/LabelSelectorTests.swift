import StructuredValues
import Testing
import Velero

struct LabelSelectorTests {
  @Test(
    arguments: [
      ("app=shop", #"{"matchExpressions":[{"key":"app","operator":"In","values":["shop"]}]}"#),
      ("app==shop", #"{"matchExpressions":[{"key":"app","operator":"In","values":["shop"]}]}"#),
      ("app!=shop", #"{"matchExpressions":[{"key":"app","operator":"NotIn","values":["shop"]}]}"#),
      (
        "tier in (web, db),!draft",
        #"{"matchExpressions":[{"key":"tier","operator":"In","values":["web","db"]},{"key":"draft","operator":"DoesNotExist"}]}"#
      ),
      ("example.com/app", #"{"matchExpressions":[{"key":"example.com/app","operator":"Exists"}]}"#),
      ("tier notin (web)", #"{"matchExpressions":[{"key":"tier","operator":"NotIn","values":["web"]}]}"#),
    ])
  func aSelectorIsRead(_ text: String, _ json: String) throws {
    #expect(try #require(LabelSelector(text)).value.oneLine == json)
  }

  @Test(arguments: ["", ",", "=shop", "app=sh op", "app in web", "app in ()", "a b", "app=shop,", "app=a$b"])
  func whatIsNoneIsRefused(_ text: String) { #expect(LabelSelector(text) == nil) }
}
