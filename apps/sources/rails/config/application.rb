require "rails"
require "active_record/railtie"
require "action_controller/railtie"

module Club
  class Application < Rails::Application
    config.load_defaults 6.1
    config.eager_load = true
    config.secret_key_base = "club" * 16
    config.hosts.clear
    config.public_file_server.enabled = true
    config.logger = ActiveSupport::Logger.new(Rails.root.join("log", "production.log"))
    config.active_record.migration_error = false
  end
end
