const list = (name) => process.env[name].split(":").filter(Boolean);

module.exports = (shipit) => {
  require("shipit-deploy")(shipit);
  require("shipit-shared")(shipit);

  shipit.initConfig({
    default: {
      deployTo: process.env.PEER_SITE,
      repositoryUrl: process.env.PEER_REPOSITORY,
      branch: "main",
      keepReleases: Number(process.env.PEER_KEEP),
      shared: { overwrite: true, dirs: list("PEER_DIRS"), files: list("PEER_FILES") },
    },
    production: { servers: "deploy@localhost" },
  });

  const after = (event, name, command) => {
    if (!command) return;
    shipit.blTask(name, () => shipit.remote(`cd ${shipit.releasePath} && ${command}`));
    shipit.on(event, () => shipit.start(name));
  };
  after("sharedEnd", "peer:build", process.env.PEER_BUILD);
  after("published", "peer:check", process.env.PEER_CHECK);
};
