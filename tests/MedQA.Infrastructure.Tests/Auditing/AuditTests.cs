using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Infrastructure.Tests.Auditing;

/// <summary>The audit of <c>.ci/run</c> over a small repository, with stand-ins for the programs that ask sources of advisories.</summary>
public sealed class AuditTests : IDisposable
{
    private const string Silent = """{"version":1,"projects":[{"path":"p"}]}""";
    private const string Grave = """{"version":1,"projects":[{"path":"p","frameworks":[{"framework":"net10.0","transitivePackages":[{"id":"Some.Package","resolvedVersion":"1.0.0","vulnerabilities":[{"severity":"High","advisoryurl":"https://github.com/advisories/GHSA-aaaa-bbbb-cccc"}]}]}]}]}""";
    private const string NoAnswer = """{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}""";
    private const string Clean = """{"auditReportVersion":2,"vulnerabilities":{},"metadata":{}}""";
    private const string Known = """{"auditReportVersion":2,"vulnerabilities":{"some-module":{"name":"some-module","via":[{"name":"some-module","severity":"critical","url":"https://github.com/advisories/GHSA-dddd-eeee-ffff","range":"<2.0.0"},"other"]}}}""";

    private readonly string _root = Directory.CreateTempSubdirectory("medqa-audit-").FullName;

    public AuditTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins are shell scripts.");
        Write(".ci/accepted-advisories.json", "{}");
        Write(".ci/canary/canary.csproj", "<Project />");
        Write("src/MedQA.Cli/packages.lock.json", """{"version":2,"dependencies":{"net10.0":{"Some.Package":{"type":"Direct","resolved":"1.0.0","contentHash":"right"},"own":{"type":"Project"}}}}""");
        Write("packages/some.package/1.0.0/.nupkg.metadata", """{"version":2,"contentHash":"right"}""");
        Write("src/MedQA.Azurite/package/package-lock.json", """{"packages":{"":{},"node_modules/some-module":{"version":"1.0.0","integrity":"HASH"}}}""".Replace("HASH", $"sha512-{new string('A', 86)}==", StringComparison.Ordinal));
        Write("models/smollm2-135m-instruct/model.onnx", "a model");
        Write("models/sha256sums.txt", $"{HashOf("a model")}  smollm2-135m-instruct/model.onnx\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Sources_that_do_not_answer_fail_nothing_and_it_is_said_that_only_the_pins_were_checked()
    {
        var (code, told) = await RunAsync(canary: Silent, packages: Grave, modules: NoAnswer);
        Assert.True(code == 0, told);
        Assert.Contains("NuGet: the package source gives no advisories", told, StringComparison.Ordinal);
        Assert.Contains("npm: the registry does not answer (405 Method Not Allowed). Only the pinned hashes are checked.", told, StringComparison.Ordinal);
        Assert.Contains("NuGet: 1 packages have the hashes", told, StringComparison.Ordinal);
        Assert.Contains("files: 1 files of models", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_that_fail_are_sources_that_do_not_answer()
    {
        var (code, told) = await RunAsync(canary: "exit", packages: "exit", modules: "exit");
        Assert.True(code == 0, told);
        Assert.Contains("NuGet: the package source does not answer", told, StringComparison.Ordinal);
        Assert.Contains("npm: the registry does not answer", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_they_answer_and_know_of_nothing_all_is_well()
    {
        var (code, told) = await RunAsync(canary: Grave, packages: Silent, modules: Clean);
        Assert.True(code == 0, told);
        Assert.Contains("NuGet: the package source answers; 0 known vulnerabilities", told, StringComparison.Ordinal);
        Assert.Contains("npm: the registry answers; 0 known vulnerabilities", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_vulnerability_of_high_severity_fails_unless_it_is_accepted_and_a_lesser_one_is_told()
    {
        var (code, told) = await RunAsync(canary: Grave, packages: Grave, modules: Known);
        Assert.Equal(1, code);
        Assert.Contains("FAILED: NuGet: Some.Package 1.0.0: high, https://github.com/advisories/GHSA-aaaa-bbbb-cccc", told, StringComparison.Ordinal);
        Assert.Contains("FAILED: npm: some-module <2.0.0: critical, https://github.com/advisories/GHSA-dddd-eeee-ffff", told, StringComparison.Ordinal);

        Write(".ci/accepted-advisories.json", """{"GHSA-aaaa-bbbb-cccc":"not called"}""");
        (code, told) = await RunAsync(canary: Grave, packages: Grave, modules: Known.Replace("critical", "moderate", StringComparison.Ordinal));
        Assert.True(code == 0, told);
        Assert.Contains("(accepted: not called)", told, StringComparison.Ordinal);
        Assert.Contains("some-module <2.0.0: moderate", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/smollm2-135m-instruct/model.onnx", "another model", "model.onnx has another hash than is pinned")]
    [InlineData("models/smollm2-135m-instruct/further.onnx", "a model", "further.onnx is shipped and not pinned")]
    [InlineData("packages/some.package/1.0.0/.nupkg.metadata", """{"contentHash":"wrong"}""", "Some.Package 1.0.0 has another hash than packages.lock.json")]
    [InlineData("src/MedQA.Azurite/package/package-lock.json", """{"packages":{"node_modules/loose":{"version":"1.0.0"}}}""", "node_modules/loose has no SHA-512")]
    [InlineData("src/MedQA.Azurite/package/package-lock.json", """{"packages":{"node_modules/loose":{"resolved":"http://example.com/loose.tgz"}}}""", "node_modules/loose has no SHA-512")]
    public async Task What_is_not_as_pinned_fails_also_where_no_source_answers(string path, string content, string sentence)
    {
        Write(path, content);
        var (code, told) = await RunAsync(canary: Silent, packages: Silent, modules: NoAnswer);
        Assert.Equal(1, code);
        Assert.Contains(sentence, told, StringComparison.Ordinal);
    }

    private static string HashOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private async Task<(int Code, string Told)> RunAsync(string canary, string packages, string modules)
    {
        Make("dotnet", $"case \"$1 $PWD\" in 'restore '*) ;; *canary*) {Answer(canary)} ;; *) {Answer(packages)} ;; esac");
        Make("npm", $"{Answer(modules)}; exit 1");
        var start = new ProcessStartInfo("node", [Repository.PathOf(".ci", "audit.mjs"), _root]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PATH"] = $"{Path.Combine(_root, "programs")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_root, "packages");
        using var process = Process.Start(start)!;
        var told = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, told);

        static string Answer(string text) => text == "exit" ? "exit 7" : $"printf '%s' '{text}'";
    }

    private void Make(string program, string script)
    {
        Write($"programs/{program}", $"#!/usr/bin/env bash\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_root, "programs", program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void Write(string path, string content)
    {
        var whole = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, content);
    }
}
