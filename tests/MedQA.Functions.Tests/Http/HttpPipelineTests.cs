using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using MedQA.Functions.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedQA.Functions.Tests.Http;

/// <summary>
/// The worker's web server and the pipeline of its invocations, as the app puts them together. The Functions host is not here: a request's
/// invocation is begun by the test, as the host does it over gRPC,
/// and what the host does to a path before is not tested.
/// </summary>
public sealed class HttpPipelineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_target_that_may_be_read_as_another_path_reaches_a_function()
    {
        await using var worker = await Worker.StartAsync();
        foreach (var target in RequestTargets.Ambiguous)
        {
            var (status, answer, called) = await worker.SendAsync(target);
            Assert.True(status == 400, $"{target}: {answer}");
            Assert.Contains("urn:medqa:request-target", answer, StringComparison.Ordinal);
            Assert.Contains("nosniff", answer, StringComparison.Ordinal);
            Assert.False(called, target);
        }

        foreach (var target in RequestTargets.Plain)
        {
            var (status, answer, called) = await worker.SendAsync(target);
            Assert.True(status == 204 && called, $"{target}: {answer}");
        }
    }

    [Fact]
    public async Task A_function_without_a_request_is_called()
    {
        await using var worker = await Worker.StartAsync();
        Assert.True(await worker.CallAsync(new Invocation("a timer's", "timerTrigger", worker.Services)));
    }

    private sealed class Worker : IAsyncDisposable
    {
        private readonly IHost _host;
        private readonly ConcurrentDictionary<string, bool> _called;

        private Worker(IHost host, ConcurrentDictionary<string, bool> called) => (_host, _called) = (host, called);

        public IServiceProvider Services => _host.Services;

        public static async Task<Worker> StartAsync()
        {
            // Where the app's host.json is, with the prefix of its routes.
            Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", AppContext.BaseDirectory);
            var called = new ConcurrentDictionary<string, bool>();
            var builder = FunctionsApplication.CreateBuilder([]);
            builder.UseHttp();

            // In place of the functions themselves.
            builder.UseMiddleware((context, _) =>
            {
                called[context.InvocationId] = true;
                if (context.GetHttpContext() is not null)
                {
                    context.GetInvocationResult().Value = Results.NoContent();
                }

                return Task.CompletedTask;
            });
            builder.Services.AddSingleton<IFunctionMetadataManager, Routes>();

            // There is no Functions host to connect to.
            var connection = Assert.Single(builder.Services, static service => service.ImplementationType?.Name == "WorkerHostedService");
            builder.Services.Remove(connection);
            var host = builder.Build();
            await host.StartAsync(Cancel);
            return new Worker(host, called);
        }

        /// <summary>Sends a request and begins its invocation.</summary>
        public async Task<(int Status, string Answer, bool Called)> SendAsync(string target)
        {
            var home = new Uri(_host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
            var invocation = new Invocation(Guid.NewGuid().ToString(), "httpTrigger", Services);
            var call = CallAsync(invocation);
            var named = $"x-ms-invocation-id: {invocation.InvocationId}\r\n";
            var (status, answer) = await RequestTargets.SendAsync(home, target, named, Cancel);
            return (status, answer, await call);
        }

        /// <summary>Runs an invocation.</summary>
        /// <returns>Whether its function was called.</returns>
        public async Task<bool> CallAsync(Invocation invocation)
        {
            await Services.GetRequiredService<FunctionExecutionDelegate>()(invocation);
            return _called.ContainsKey(invocation.InvocationId);
        }

        public async ValueTask DisposeAsync()
        {
            await _host.StopAsync(Cancel);
            _host.Dispose();
        }
    }

    /// <summary>The routes of the app's functions.</summary>
    private sealed class Routes : IFunctionMetadataManager
    {
        public Task<ImmutableArray<IFunctionMetadata>> GetFunctionMetadataAsync(string directory)
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "functions.metadata")));
            var functions = document.RootElement.EnumerateArray().Select(static function => new DefaultFunctionMetadata
            {
                Name = function.GetProperty("name").GetString(),
                RawBindings = [.. function.GetProperty("bindings").EnumerateArray().Select(static binding => binding.GetRawText())],
            });
            return Task.FromResult<ImmutableArray<IFunctionMetadata>>([.. functions]);
        }
    }

    /// <summary>An invocation of a function, as far as the pipeline looks at it.</summary>
    private sealed class Invocation(string id, string trigger, IServiceProvider services) : FunctionContext
    {
        public override string InvocationId => id;

        public override string FunctionId => trigger;

        public override FunctionDefinition FunctionDefinition { get; } = new Definition(trigger);

        public override IInvocationFeatures Features { get; } = new FeatureCollection();

        public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

        public override IServiceProvider InstanceServices { get; set; } = services;

        public override CancellationToken CancellationToken => Cancel;

        public override TraceContext TraceContext => throw new NotSupportedException();

        public override BindingContext BindingContext => throw new NotSupportedException();

        public override RetryContext RetryContext => throw new NotSupportedException();
    }

    private sealed class Definition(string trigger) : FunctionDefinition
    {
        public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
            ImmutableDictionary<string, BindingMetadata>.Empty.Add("request", new Binding(trigger));

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

        public override ImmutableArray<FunctionParameter> Parameters => [];

        public override string PathToAssembly => "";

        public override string EntryPoint => "";

        public override string Id => trigger;

        public override string Name => trigger;
    }

    private sealed class Binding(string trigger) : BindingMetadata
    {
        public override string Name => "request";

        public override string Type => trigger;

        public override BindingDirection Direction => BindingDirection.In;
    }

    private sealed class FeatureCollection : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public T? Get<T>()
        {
            // Where an invocation's result is kept is a type of the worker's own.
            if (!_features.TryGetValue(typeof(T), out var feature) && typeof(T).Name == "IFunctionBindingsFeature")
            {
                _features[typeof(T)] = feature = DispatchProxy.Create<T, Properties>()!;
            }

            return (T?)feature;
        }

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>An interface of properties that keep what they are set to.</summary>
    public class Properties : DispatchProxy
    {
        private readonly Dictionary<string, object?> _values = [];

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var name = targetMethod!.Name;
            if (name.StartsWith("set_", StringComparison.Ordinal))
            {
                _values[name[4..]] = args![0];
            }

            return _values.GetValueOrDefault(name[4..]);
        }
    }
}
