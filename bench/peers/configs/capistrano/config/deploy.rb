set :application, "club"
set :repo_url, ENV.fetch("PEER_REPOSITORY")
set :branch, "main"
set :deploy_to, ENV.fetch("PEER_SITE")
set :keep_releases, ENV.fetch("PEER_KEEP").to_i
set :linked_dirs, ENV.fetch("PEER_DIRS").split(":")
set :linked_files, ENV.fetch("PEER_FILES").split(":")

namespace :deploy do
  task :peer_build do
    on(roles(:all)) { execute "cd #{release_path} && #{ENV.fetch('PEER_BUILD')}" }
  end
  task :peer_check do
    on(roles(:all)) { execute ENV.fetch("PEER_CHECK") }
  end
  after :updated, :peer_build unless ENV.fetch("PEER_BUILD").empty?
  after :published, :peer_check unless ENV.fetch("PEER_CHECK").empty?
end
