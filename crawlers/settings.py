"""Settings of the Scrapy project: polite, bounded, and closed to remote control."""

from importlib.metadata import PackageNotFoundError, version

try:
    _VERSION = version("momentscope")
except PackageNotFoundError:  # a checkout that was not installed
    _VERSION = "0"

BOT_NAME = "momentscope"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"

# Politeness. AutoThrottle starts low, so that a loopback site is quick, and follows the site's latency from the first
# answer.
USER_AGENT = f"momentscope/{_VERSION} (+https://github.com/momentscope/momentscope)"
ROBOTSTXT_USER_AGENT = "momentscope"
ROBOTSTXT_OBEY = True
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.1
AUTOTHROTTLE_MAX_DELAY = 30.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # so that nothing is on its way when a host says "later"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8"
}
# The pipelines never wait for anything, so that records side by side gain nothing: one after another, the reactor gets
# its turn between them, and the request for the next page leaves while this page's records are dealt with.
CONCURRENT_ITEMS = 1
COOKIES_ENABLED = False
REQUESTS_PER_DAY = 20_000  # to one host, by all crawls of a home; the watchlist's `requests_per_day` replaces it

# Bounds against hostile answers; the size bound holds for the decompressed body too.
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 16 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
REDIRECT_MAX_TIMES = 8
DEPTH_LIMIT = 0
URLLENGTH_LIMIT = 8_000

# Faults that pass. The delay of Retry-After is kept by our own middleware, and where a busy host names none, its
# back-off: seconds after the first such answer, doubled with each that follows.
BACK_OFF_FIRST = 0.5
BACK_OFF_MOST = 60.0
RETRY_TIMES = 4
RETRY_HTTP_CODES = [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 524]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawlers.middlewares.robots.RobotsMiddleware": 100,
    "crawlers.middlewares.retry_after.RetryAfterMiddleware": 560,
    "crawlers.middlewares.host_budget.HostBudgetMiddleware": 570,
}
SPIDER_MIDDLEWARES = {
    "crawlers.middlewares.ahead.AheadMiddleware": 950,
    "crawlers.middlewares.in_turn.InTurnMiddleware": 990,
}
ITEM_PIPELINES = {
    "crawlers.pipelines.clean.CleanPipeline": 100,
    "crawlers.pipelines.values.ValuesPipeline": 200,
    "crawlers.pipelines.author.AuthorPipeline": 300,
    "crawlers.pipelines.language.LanguagePipeline": 400,
    "crawlers.pipelines.validate.ValidatePipeline": 500,
    "crawlers.pipelines.dedupe.DedupePipeline": 600,
    "crawlers.pipelines.landing.LandingPipeline": 900,
}
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
}

# Consoles and remote control: off. No state of Scrapy's own on disk (see crawlers.history for ours).
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
JOBDIR = None

LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
WARN_ON_GENERATOR_RETURN_VALUE = False
