// What there is to examine in this daemon.
#pragma once

#include <vector>

#include "daemon/app/configuration.h"
#include "daemon/audit/audit_service.h"
#include "daemon/lifecycle/health.h"
#include "daemon/plugin_host/plugins.h"
#include "daemon/secrets/secret_service.h"
#include "daemon/store/freshness.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::app {

// All outlive the checks.
struct Examined {
  const Configuration& configuration;
  const vault::Vault& vault;
  store::Store& store;
  const store::FreshnessTracker& freshness;
  audit::AuditService& audit;
  plugin_host::Plugins& plugins;
  secrets::SecretService& secrets;
  const vault::OutsideKeys& outside;
  const bool memory_locked;
};

std::vector<lifecycle::HealthCheck> health_checks(const Examined& examined);

}  // namespace strongroom::app
