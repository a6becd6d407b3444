using System.Collections.Concurrent;
using System.Text.Json;
using MedQA.Infrastructure.Tests.Compilation;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>What <c>infra/main.bicep</c> makes with some parameters: every resource with loops, conditions and modules evaluated, by the compiler, without Azure.</summary>
internal sealed class Deployment
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<Deployment>>> Known = new(StringComparer.Ordinal);

    private Deployment(JsonElement snapshot) => Resources = [.. snapshot.GetProperty("predictedResources").EnumerateArray().Select(static element => new AzureResource(element))];

    /// <summary>The resources.</summary>
    public IReadOnlyList<AzureResource> Resources { get; }

    /// <summary>The usual one: public network, T4, sign-in by Entra ID, the model in the image.</summary>
    public static Task<Deployment> PublicAsync() => MakeAsync("public");

    /// <summary>Everything that is not usual: private network, dedicated A100, keys, a model that is fetched, a limit of tokens, deletion of old runs.</summary>
    public static Task<Deployment> PrivateAsync() => MakeAsync(
        "private",
        "param accessMode = 'Keys'",
        "param readerKey = '01234567890123456789012345678901'",
        "param runnerKey = '01234567890123456789012345678902'",
        "param adminKey = '01234567890123456789012345678903'",
        "param sendNotices = true",
        "param noticeAddresses = 'team=https://example.com/token-01234567890123456789'",
        "param noticeSecret = 'whsec_01234567890123456789012345678904'",
        "param privateNetworking = true",
        "param gpuProfileType = 'NC24-A100'",
        "param modelSha256sums = '0000000000000000000000000000000000000000000000000000000000000003'",
        "param maxGeneratedTokens = 1000000",
        "param maxComputeHours = 24",
        "param maxGeneratedTokensPerDay = 5000000",
        "param maxComputeHoursPerDay = 48",
        "param maxGeneratedTokensPerCallerPerDay = 500000",
        "param maxComputeHoursPerCallerPerDay = 6",
        "param keepRunsDays = 400",
        "param keepUploadsDays = 30",
        "param modelGivesEmbeddings = true",
        "param controlReplicas = 3");

    /// <summary>Both kinds.</summary>
    public static async Task<IReadOnlyList<Deployment>> BothAsync() => [await PublicAsync(), await PrivateAsync()];

    /// <summary>The only resource of a type.</summary>
    public AzureResource Only(string type) => Of(type).Single();

    /// <summary>The resources of a type.</summary>
    public IEnumerable<AzureResource> Of(string type) => Resources.Where(resource => resource.Type == type);

    /// <summary>The app of a name.</summary>
    public AzureResource App(string name) => Of("Microsoft.App/containerApps").Single(app => app.Name == name);

    /// <summary>What the compiler says where parameters are refused; empty where they are taken.</summary>
    public static async Task<string> RefusalAsync(string name, params string[] parameters) => (await SnapshotAsync(name, parameters)).Result.Diagnostics;

    /// <summary>Evaluates <c>main.bicep</c> once for each name.</summary>
    private static Task<Deployment> MakeAsync(string name, params string[] parameters) => Known.GetOrAdd(name, _ => new(async () =>
    {
        var (result, path) = await SnapshotAsync(name, parameters);
        Assert.True(result.ExitCode == 0, result.Diagnostics);
        using var snapshot = JsonDocument.Parse(await File.ReadAllTextAsync(path, CancellationToken.None));
        Assert.Equal(0, snapshot.RootElement.GetProperty("diagnostics").GetArrayLength());
        return new(snapshot.RootElement.Clone());
    })).Value;

    private static async Task<(CompilerResult Result, string Path)> SnapshotAsync(string name, string[] parameters)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "deployments")).FullName;
        var template = Path.GetRelativePath(folder, Repository.PathOf("infra", "main.bicep")).Replace('\\', '/');
        string[] usual =
        [
            "param environmentName = 'Test'",
            "param location = 'swedencentral'",
            $"param controlImage = 'registry.example/medqa-control@sha256:{new string('1', 64)}'",
            $"param inferenceImage = 'registry.example/medqa-inference@sha256:{new string('2', 64)}'",
            $"param modelFingerprint = '{new string('a', 64)}'",
            "param modelContextLength = 8192",
            "param modelHasChatTemplate = true",
            "param entraClientId = '99999999-9999-9999-9999-999999999999'",
            "param uploaderPrincipalId = '88888888-8888-8888-8888-888888888888'",
            "param budgetEmails = 'budget@example.org, money@example.org'",
            "param budgetStartDate = '2026-11-01'",
        ];
        var given = parameters.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var file = Path.Combine(folder, $"{name}.bicepparam");
        await File.WriteAllLinesAsync(file, [$"using '{template}'", .. usual.Where(line => !given.Contains(NameOf(line))), .. parameters], CancellationToken.None);
        return (await BicepCompiler.SnapshotAsync(file), Path.ChangeExtension(file, ".snapshot.json"));
    }

    private static string NameOf(string line) => line.Split(' ')[1];
}
