// Never compiled or tried by us: written after Apple's documentation of the Keychain Services.
#include <CoreFoundation/CoreFoundation.h>
#include <Security/Security.h>

#include "client/keychain/keychain.h"

namespace strongroom::keychain {
namespace {

constexpr const char* k_service = "io.strongroom.Slot";

class Dictionary {
 public:
  explicit Dictionary(const std::string& account)
      : dictionary_(
            CFDictionaryCreateMutable(nullptr, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks)) {
    set(kSecClass, kSecClassGenericPassword);
    set_text(kSecAttrService, k_service);
    set_text(kSecAttrAccount, account.c_str());
  }

  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  ~Dictionary() { CFRelease(dictionary_); }

  void set(CFStringRef name, CFTypeRef value) { CFDictionarySetValue(dictionary_, name, value); }

  void set_text(CFStringRef name, const char* text) {
    CFStringRef const value = CFStringCreateWithCString(nullptr, text, kCFStringEncodingUTF8);
    set(name, value);
    CFRelease(value);
  }

  CFDictionaryRef get() const { return dictionary_; }

 private:
  CFMutableDictionaryRef dictionary_;
};

Outcome outcome_of(OSStatus status) {
  switch (status) {
    case errSecSuccess:
      return Outcome::done;
    case errSecItemNotFound:
      return Outcome::not_found;
    case errSecInteractionNotAllowed:
      return Outcome::locked;
    case errSecUserCanceled:
    case errSecAuthFailed:
      return Outcome::denied;
    case errSecNotAvailable:
    case errSecNoDefaultKeychain:
      return Outcome::no_provider;
    default:
      return Outcome::failed;
  }
}

}  // namespace

Outcome fetch(const std::string& account, bool ask, Secret& out) {
  (void)SecKeychainSetUserInteractionAllowed(ask);
  Dictionary query(account);
  query.set(kSecReturnData, kCFBooleanTrue);
  CFTypeRef found = nullptr;
  const OSStatus status = SecItemCopyMatching(query.get(), &found);
  if (status != errSecSuccess) return outcome_of(status);
  const auto data = static_cast<CFDataRef>(found);
  out = Secret(BytesView(CFDataGetBytePtr(data), static_cast<std::size_t>(CFDataGetLength(data))));
  CFRelease(found);
  return Outcome::done;
}

Outcome lookup(const std::string& account, Secret& out) {
  return fetch(account, false, out);
}

Outcome store(const std::string& account, const Secret& text, const char* label) {
  if (const Outcome erased = erase(account); erased != Outcome::done) return erased;
  const BytesView plain = text.reveal(RevealReason::deliver);
  Dictionary item(account);
  CFDataRef const data = CFDataCreate(nullptr, plain.data(), static_cast<CFIndex>(plain.size()));
  item.set(kSecValueData, data);
  item.set_text(kSecAttrLabel, label);
  const OSStatus status = SecItemAdd(item.get(), nullptr);
  CFRelease(data);
  return outcome_of(status);
}

Outcome erase(const std::string& account) {
  const Dictionary query(account);
  const OSStatus status = SecItemDelete(query.get());
  return status == errSecItemNotFound ? Outcome::done : outcome_of(status);
}

}  // namespace strongroom::keychain
