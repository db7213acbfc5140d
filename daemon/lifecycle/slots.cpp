// The part of LifecycleService that looks after unlock slots.
#include <strongroom/protocol/secrets_in.h>

#include "daemon/lifecycle/lifecycle_service.h"
#include "daemon/lifecycle/store_identity.h"

namespace strongroom::lifecycle {

namespace wire = protocol::vault;
using protocol::service::Empty;

namespace {

wire::SlotType wire_type(vault::SlotType type) {
  switch (type) {
    case vault::SlotType::passphrase:
      return wire::SlotType::passphrase;
    case vault::SlotType::key_file:
      return wire::SlotType::key_file;
    case vault::SlotType::recovery:
      return wire::SlotType::recovery;
    case vault::SlotType::keychain:
      return wire::SlotType::keychain;
    case vault::SlotType::credential:
      return wire::SlotType::credential;
    case vault::SlotType::shares:
      return wire::SlotType::shares;
  }
  return wire::SlotType::passphrase;
}

Secret as_lines(const std::vector<Secret>& shares) {
  WipedString text(wiped_heap());
  for (const Secret& share : shares) text.append(share.reveal_text(RevealReason::deliver)).push_back('\n');
  return Secret(as_bytes(text));
}

}  // namespace

Result<wire::ListSlotsResponse> LifecycleService::handle(wire::ListSlots, Empty&&) {
  wire::ListSlotsResponse response;
  for (auto& slot : vault_.slots())
    response.slots.push_back(
        {.id = slot.id, .type = wire_type(slot.type), .label = slot.label, .created_ms = slot.created_ms});
  return response;
}

Result<wire::AddSlotResponse> LifecycleService::add_slot(const wire::AddSlotRequest& request) {
  const std::string label = request.label.value_or("");
  wire::AddSlotResponse response;
  if (request.passphrase.has_value() != (request.type == wire::SlotType::passphrase))
    return make_error(ErrorCode::invalid_argument, "belongs to slots of type passphrase, and only there", "passphrase");
  if ((request.shares || request.needed) && request.type != wire::SlotType::shares)
    return make_error(ErrorCode::invalid_argument, "belongs to slots of type shares", "shares");
  switch (request.type) {
    case wire::SlotType::passphrase: {
      STRONGROOM_ASSIGN(response.id, vault_.add_passphrase(*request.passphrase, label));
      break;
    }
    case wire::SlotType::key_file: {
      STRONGROOM_ASSIGN(response.id, vault_.add_key_file(label));
      break;
    }
    case wire::SlotType::recovery: {
      STRONGROOM_ASSIGN(auto added, vault_.add_recovery(label));
      response.id = added.id;
      response.recovery_code = std::move(added.code);
      break;
    }
    case wire::SlotType::keychain: {
      STRONGROOM_ASSIGN(response.id, vault_.add_keychain(label));
      break;
    }
    case wire::SlotType::credential: {
      STRONGROOM_ASSIGN(response.id, vault_.add_credential(label));
      break;
    }
    case wire::SlotType::shares: {
      STRONGROOM_ASSIGN(auto added, vault_.add_shares(static_cast<unsigned>(request.needed.value_or(0)),
                                                      static_cast<unsigned>(request.shares.value_or(0)), label));
      response.id = added.id;
      response.shares = as_lines(added.shares);
    }
  }
  note_header_change();
  return response;
}

// The slots are in force already; an identity that lags behind is brought up to date by the next unlock.
void LifecycleService::note_header_change() {
  if (auto written = write_identity(store_, vault_); !written)
    around_.report("the new generation of the header was not noted: " + written.error().message);
  log_.set_header_generation(vault_.header_report().generation);
}

void LifecycleService::handle(wire::AddSlot, wire::AddSlotRequest&& request,
                              Completion<wire::AddSlotResponse> completion) {
  auto shared = std::make_shared<wire::AddSlotRequest>(std::move(request));
  around_.run_slow([this, shared, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    completion(add_slot(*shared));
    tell_status();
  });
}

void LifecycleService::handle(wire::RemoveSlot, wire::RemoveSlotRequest&& request, Completion<Empty> completion) {
  around_.run_slow([this, request = std::move(request), completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    const bool revoke = request.revoke.value_or(false);
    const Status status = vault_.remove_slot(request.id, revoke ? vault::Revoke::yes : vault::Revoke::no);
    if (status) {
      note_header_change();
      begin_rewrapping();
    }
    tell_status();
    completion(status ? Result<Empty>(Empty{}) : Result<Empty>(status.error()));
  });
}

Status LifecycleService::test_slot(const wire::TestSlotRequest& request) {
  const Secret* given = nullptr;
  for (const auto* one : {&request.passphrase, &request.recovery_code, &request.shares}) {
    if (!*one) continue;
    if (given != nullptr) return make_error(ErrorCode::invalid_argument, "give one thing that opens the slot");
    given = &**one;
  }
  LiveValues::Scope held(around_.live);
  protocol::for_each_secret(request, [&](const Secret& typed) { held.add(typed.reveal(RevealReason::inspect)); });
  held.begin();
  const auto attempt = [&] { return vault_.test_slot(request.id, given, vault::Asking::yes); };
  return given != nullptr ? slowed(attempt) : attempt();
}

void LifecycleService::handle(wire::TestSlot, wire::TestSlotRequest&& request, Completion<Empty> completion) {
  auto shared = std::make_shared<wire::TestSlotRequest>(std::move(request));
  around_.run_slow([this, shared, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    const Status status = test_slot(*shared);
    completion(status ? Result<Empty>(Empty{}) : Result<Empty>(status.error()));
  });
}

Result<wire::AddSlotResponse> LifecycleService::rotate_slot(const wire::RotateSlotRequest& request) {
  STRONGROOM_ASSIGN(auto rotated, vault_.rotate_slot(request.id, request.passphrase ? &*request.passphrase : nullptr));
  wire::AddSlotResponse response;
  response.id = rotated.id;
  response.recovery_code = std::move(rotated.code);
  if (!rotated.shares.empty()) response.shares = as_lines(rotated.shares);
  note_header_change();
  return response;
}

void LifecycleService::handle(wire::RotateSlot, wire::RotateSlotRequest&& request,
                              Completion<wire::AddSlotResponse> completion) {
  auto shared = std::make_shared<wire::RotateSlotRequest>(std::move(request));
  around_.run_slow([this, shared, completion = std::move(completion)] {
    const std::lock_guard guard(changing_);
    completion(rotate_slot(*shared));
    tell_status();
  });
}

}  // namespace strongroom::lifecycle
