using System.Runtime.InteropServices;
using MedQA.Evaluation.LanguageModels;
using MedQA.Faults.Host;
using MedQA.Inference;
using MedQA.Inference.Sessions;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

// One process of the pipeline, made of the product's parts as `medqa serve` and `medqa worker` connect them. Three things differ: leases and pauses are as short as the parts
// allow, so that what a killed process held is free after seconds, a worker can be given a model that breaks at named questions, and the clock can be set while they run.
// Arguments: control|worker, the storage's connection string, the worker's identity, the model's folder, and how to break.
var (role, connection, identity, folder, poison) = (args[0], args[1], Guid.Parse(args[2]), args[3], args[4]);
using var stop = new CancellationTokenSource();
using var time = new JumpingTime();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
using var logging = LoggerFactory.Create(static builder => builder
    .SetMinimumLevel(LogLevel.Information)
    .AddSimpleConsole(static options => (options.SingleLine, options.TimestampFormat) = (true, "HH:mm:ss.fff ")));
await using var model = await OnnxLanguageModel.LoadAsync(folder, new ModelOptions { Threads = 1 }, stop.Token);
var storage = StorageConnection.Open(connection, configure: static options => options.Retry.MaxDelay = TimeSpan.FromSeconds(2));
await storage.EnsureCreatedAsync(stop.Token);
var signals = new PipelineSignals();
if (role == "control")
{
    var splitter = new QuestionSetSplitter(
        storage,
        new ProfileCatalog(new SumsProfile()),
        model.Description,
        new SplitOptions { DefaultProfile = SumsProfile.Name, BatchSize = 8, ClaimFor = TimeSpan.FromSeconds(2) },
        time, logging.CreateLogger<QuestionSetSplitter>(), signals,
        countTokens: model.CountTokens);
    var advancer = new RunAdvancer(storage, new AdvanceOptions { ResendAfter = TimeSpan.FromSeconds(4) }, time, logging.CreateLogger<RunAdvancer>(), signals);
    await new RunLoop(storage, advancer, splitter, time, logging.CreateLogger<RunLoop>(), signals).RunAsync(stop.Token);
}
else
{
    var options = new WorkerOptions
    {
        Name = $"worker-{identity:N}",
        Identity = identity,
        Lease = TimeSpan.FromSeconds(15),
        Renew = TimeSpan.FromSeconds(3),
        Report = TimeSpan.FromSeconds(1),
        Drain = TimeSpan.Zero,
        GiveIn = TimeSpan.FromSeconds(2),
    };
    ILanguageModel answering = poison.Length == 0 ? model : PoisonedModel.Parse(model, poison);
    var worker = new BatchWorker(storage, answering, options, time, logging.CreateLogger<BatchWorker>(), signals);
    await new BatchQueueReader(storage, worker, time, logging.CreateLogger<BatchQueueReader>(), signals).RunAsync(stop.Token);
}
