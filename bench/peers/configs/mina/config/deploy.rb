require "mina/git"

set :domain, "localhost"
set :term_mode, :system
set :deploy_to, ENV.fetch("PEER_SITE")
set :repository, ENV.fetch("PEER_REPOSITORY")
set :branch, "main"
set :keep_releases, ENV.fetch("PEER_KEEP").to_i
set :shared_paths, (ENV.fetch("PEER_DIRS").split(":") + ENV.fetch("PEER_FILES").split(":"))

task :environment do
end

task deploy: :environment do
  deploy do
    invoke :"git:clone"
    invoke :"deploy:link_shared_paths"
    queue ENV.fetch("PEER_BUILD") unless ENV.fetch("PEER_BUILD").empty?
    invoke :"deploy:cleanup"
    to :launch do
      queue ENV.fetch("PEER_CHECK") unless ENV.fetch("PEER_CHECK").empty?
    end
  end
end
