// Drives the official JavaScript client: `javascript_client.js MODULES URL APP_ID SECRET CALL JSON`.

const [modules, url, appId, sharedSecret, call, text] = process.argv.slice(2);
const { MediaPlatform } = require(`${modules}/media-platform-js-sdk/server`);

const platform = new MediaPlatform({ domain: "nowhere.invalid", appId, sharedSecret });
platform.jobManager.apiUrl = `${url}/_api/jobs`;
const asked = JSON.parse(text);

const shown = (job) => ({ id: job.id, group: job.groupId, type: job.type, status: job.status, issuer: job.issuer });

const search = async () => {
  const pages = [];
  let nextPageToken;
  do {
    const page = await platform.jobManager.searchJobs({ ...asked, ...(nextPageToken ? { nextPageToken } : {}) });
    pages.push(page.jobs.map(shown));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return pages;
};

const calls = {
  search,
  job: async () => shown(await platform.jobManager.getJob(asked.id)),
  group: async () => (await platform.jobManager.getJobGroup(asked.id)).map(shown),
};

calls[call]().then(
  (found) => console.log(JSON.stringify(found)),
  (error) => {
    console.error(error && (error.message || JSON.stringify(error)));
    process.exit(1);
  },
);
