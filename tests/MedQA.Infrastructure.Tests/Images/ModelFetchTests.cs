using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MedQA.Infrastructure.Tests.Hosting;

namespace MedQA.Infrastructure.Tests.Images;

/// <summary>The script that fetches a model, against a small server that plays identity and storage.</summary>
public sealed class ModelFetchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-fetch").FullName;
    private readonly LoopbackServer _server;
    private readonly Dictionary<string, string> _blobs = new(StringComparer.Ordinal) { ["model.onnx"] = "graph", ["data/weights.bin"] = "weights" };

    public ModelFetchTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script runs in Linux containers.");
        _server = new(Answer);
        _blobs["sha256sums.txt"] = string.Concat(_blobs.Select(static blob => $"{SumOf(blob.Value)}  {blob.Key}\n"));
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_file_of_the_list_is_fetched_with_the_identitys_token_and_checked()
    {
        var (code, told) = await FetchAsync(SumOf(_blobs["sha256sums.txt"]));
        Assert.True(code == 0, told);
        Assert.Equal("graph", await File.ReadAllTextAsync(Path.Combine(_folder, "model.onnx"), TestContext.Current.CancellationToken));
        Assert.Equal("weights", await File.ReadAllTextAsync(Path.Combine(_folder, "data", "weights.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_list_that_the_deployment_does_not_know_is_refused_before_any_file_of_it_is_fetched()
    {
        var (code, told) = await FetchAsync(new string('0', 64));
        Assert.Equal(1, code);
        Assert.Contains($"has the SHA-256 {SumOf(_blobs["sha256sums.txt"])}, and the deployment says {new string('0', 64)}", told, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "model.onnx")));
    }

    [Fact]
    public async Task A_changed_file_is_named()
    {
        _blobs["data/weights.bin"] = "weightz";
        var (code, told) = await FetchAsync(SumOf(_blobs["sha256sums.txt"]));
        Assert.Equal(1, code);
        Assert.Contains("data/weights.bin", told, StringComparison.Ordinal);
        Assert.Contains("is not what sha256sums.txt says", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_outside_of_the_folder_is_refused()
    {
        _blobs["sha256sums.txt"] = $"{SumOf("x")}  ../outside\n";
        var (code, told) = await FetchAsync(SumOf(_blobs["sha256sums.txt"]));
        Assert.Equal(1, code);
        Assert.Contains("'../outside', which is not inside the model's folder", told, StringComparison.Ordinal);
    }

    private static string SumOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private async Task<(int Code, string Told)> FetchAsync(string sum)
    {
        var script = Repository.PathOf("infra", "docker", "fetch-model.sh");
        var start = new ProcessStartInfo("bash", [script, $"{_server.Address}/models/tiny", sum, _folder])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["IDENTITY_ENDPOINT"] = $"{_server.Address}/token";
        start.Environment["IDENTITY_HEADER"] = "header";
        start.Environment["AZURE_CLIENT_ID"] = "client";
        start.Environment["no_proxy"] = "127.0.0.1";
        using var process = Process.Start(start)!;
        var told = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await told);
    }

    private Reply Answer(HttpListenerRequest request)
    {
        var path = request.Url!.AbsolutePath;
        var body = path switch
        {
            "/token" when request.Headers["X-IDENTITY-HEADER"] == "header" && request.QueryString["client_id"] == "client"
                && request.QueryString["resource"] == "https://storage.azure.com/" =>
                """{"access_token":"token-of-the-app","token_type":"Bearer"}""",
            _ when request.Headers["Authorization"] == "Bearer token-of-the-app" && request.Headers["x-ms-version"] is not null =>
                _blobs.GetValueOrDefault(path["/models/tiny/".Length..]),
            _ => null,
        };
        return body is null ? new(403) : new(200, body);
    }
}
