using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>
/// The real extensions of the Functions host around one app's classes, with the app's own host.json and with an account for the host that
/// is not the data's.
/// </summary>
internal static class ExtensionHost
{
    /// <summary>Builds one.</summary>
    /// <typeparam name="TTriggers">The class with the app's triggers.</typeparam>
    /// <param name="hostAccount">Connection string of the host's own account.</param>
    /// <param name="dataAccount">Connection string of the data account.</param>
    /// <param name="hostJson">The app's host.json.</param>
    /// <param name="register">Registers the app's classes.</param>
    /// <param name="log">Is told what the host and its extensions log as errors.</param>
    public static IHost Build<TTriggers>(
        string hostAccount, string dataAccount, string hostJson, Action<IServiceCollection> register, Action<string> log)
        where TTriggers : class => new HostBuilder()
        .UseEnvironment(Environments.Development)
        .ConfigureAppConfiguration(configuration => configuration
            .AddInMemoryCollection(Flatten(hostJson))
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = hostAccount,
                ["MedQAData"] = dataAccount,
                ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            }))
        .ConfigureWebJobs(static jobs => jobs.AddAzureStorageBlobs().AddAzureStorageQueues().AddDurableTask())
        .ConfigureServices(services =>
        {
            register(services);
            services.AddSingleton<ITypeLocator>(new Types(typeof(TTriggers)));
            services.AddTransient<TTriggers>();

            services.AddSingleton<IWebHookProvider, WebHooks>();
        })
        .ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new Lines(log)))
        .Build();

    /// <summary>A host.json as settings: WebJobs reads them below another name than the Functions host does.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Flatten(string hostJson)
    {
        using var stream = File.OpenRead(hostJson);
        return [.. new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("extensions")
            .AsEnumerable(makePathsRelative: true)
            .Select(static setting => KeyValuePair.Create($"AzureWebJobs:Extensions:{setting.Key}", setting.Value))];
    }

    private sealed class Types(Type triggers) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [triggers];
    }

    /// <summary>
    /// The Functions host makes these addresses of WEBSITE_HOSTNAME, and the Durable extension refuses every client without them.
    /// </summary>
    private sealed class WebHooks : IWebHookProvider
    {
        public Uri GetUrl(IExtensionConfigProvider extension) => new("http://localhost/runtime/webhooks/durabletask");
    }

    private sealed class Lines(Action<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
