using System.Diagnostics;
using MedQA.Cli.Tests.Commands;
using Microsoft.AspNetCore.Http;

namespace MedQA.Cli.Tests.Hub;

/// <summary><c>medqa models fetch</c> as people start it, against a hub on this machine.</summary>
public sealed class ModelsFetchTests : IAsyncLifetime
{
    private const string Graph = "onnx/model_q4.onnx";
    private const string Data = "onnx/model.onnx_data";
    private readonly MedqaProcess _medqa = new();
    private LocalHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Models => Path.Combine(_medqa.Folder, "cache", "models");

    private string Target => Path.Combine(Models, "Tiny-ONNX");

    private string Unfinished => Target + ".unfinished";

    private LocalHubRequest[] Content => [.. _hub.Requests.Where(static request => !request.IsHub)];

    public async ValueTask InitializeAsync()
    {
        _hub = (await LocalHub.StartAsync(Cancel)).WithTinyModel();
        _medqa.Variables["HF_ENDPOINT"] = _hub.Address;
        _medqa.Variables["HF_TOKEN"] = "";
        _medqa.Variables["MEDQA_CACHE"] = Path.Combine(_medqa.Folder, "cache");
        _medqa.Variables.Add("NO_PROXY", "127.0.0.1");
    }

    public async ValueTask DisposeAsync()
    {
        await _medqa.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_model_is_fetched_verified_loaded_and_then_found_by_its_name()
    {
        _hub.PageSize = 2;
        var fetched = await _medqa.JsonAsync("models", "fetch", LocalHub.Repository);

        Assert.Equal(LocalHub.Commit, fetched.GetProperty("commit").GetString());
        string[] expected = ["README.md", "genai_config.json", Data, Graph, "tokenizer.json", "tokenizer_config.json"];
        var listed = fetched.GetProperty("files").EnumerateArray().Select(static file => file.GetProperty("path").GetString()!);
        Assert.Equal(expected, listed.Order(StringComparer.Ordinal));
        Assert.Equal(expected.Append("fetched.json").Order(StringComparer.Ordinal), Files(Target));
        Assert.All(expected, path => Assert.Equal(_hub[path].Content, File.ReadAllBytes(Path.Combine(Target, path))));
        Assert.Contains($"sha256:{_hub[Data].Hash}", fetched.ToString(), StringComparison.Ordinal);
        Assert.Contains($"sha1:{_hub["tokenizer.json"].Hash}", fetched.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Unfinished));
        Assert.All(
            _hub.Requests.Where(static request => request.Path.Contains("resolve", StringComparison.Ordinal)),
            static request => Assert.Contains(LocalHub.Commit, request.Path, StringComparison.Ordinal));

        var described = await _medqa.JsonAsync("models", "describe", "Tiny-ONNX");
        Assert.Equal("Tiny-ONNX", described.GetProperty("name").GetString());
        Assert.Contains(Target, (await _medqa.RunAsync("models")).Output, StringComparison.Ordinal);
        var (code, _, notices) = await _medqa.RunAsync("estimate", _medqa.Sums(1), "--measure", "1", "--model", "Tiny-ONNX", "--profile", _medqa.Profile(1));
        Assert.True(code == 0, notices);
    }

    [Fact]
    public async Task What_is_there_already_is_verified_and_not_fetched_again_and_what_was_changed_is()
    {
        await FetchAsync(LocalHub.Repository);
        var before = Content.Length;
        await FetchAsync(LocalHub.Repository);
        Assert.Equal(before, Content.Length);

        await File.WriteAllBytesAsync(Path.Combine(Target, Data), new byte[_hub[Data].Size], Cancel);
        await FetchAsync(LocalHub.Repository);
        Assert.Equal(before + 1, Content.Length);
        Assert.Equal(_hub[Data].Content, await File.ReadAllBytesAsync(Path.Combine(Target, Data), Cancel));
        Assert.False(Directory.Exists(Unfinished));
    }

    [Fact]
    public async Task Of_several_graphs_one_must_be_named_and_another_joins_it_later()
    {
        var whole = await File.ReadAllBytesAsync(Repository.PathOf("models", "tiny", "llama-optimum", "model.onnx"), Cancel);
        _hub.Add("onnx/model_fp16.onnx", whole, isLarge: true);
        var (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository);
        Assert.Equal(2, code);
        Assert.Contains(
            "2 graphs; choose one with --graph: onnx/model_fp16.onnx (964 kB), onnx/model_q4.onnx (15 kB)",
            notices,
            StringComparison.Ordinal);
        (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository, "--graph", "model_q8.onnx");
        Assert.Equal(2, code);
        Assert.Contains("no graph model_q8.onnx; choose one of", notices, StringComparison.Ordinal);
        Assert.Empty(Content);

        // A graph that a setting names is that of another model.
        _medqa.Variables["MEDQA_GRAPH"] = "model.exact.onnx";
        await FetchAsync(LocalHub.Repository, "--graph", "model_q4.onnx");
        Assert.DoesNotContain("onnx/model_fp16.onnx", Files(Target));
        (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository, "--graph", "onnx/model_fp16.onnx");
        Assert.Equal(0, code);
        Assert.Contains("--model Tiny-ONNX --graph onnx/model_fp16.onnx", notices, StringComparison.Ordinal);
        Assert.Contains("onnx/model_fp16.onnx", Files(Target));
        Assert.Contains(Graph, await File.ReadAllTextAsync(Path.Combine(Target, "fetched.json"), Cancel), StringComparison.Ordinal);
        Assert.Equal(3, Content.Length);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_nobody_else()
    {
        _hub.Token = "hf_secret";
        var (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository);
        Assert.Equal(1, code);
        Assert.Contains($"accept them at {_hub.Address}/{LocalHub.Repository}, and set HF_TOKEN", notices, StringComparison.Ordinal);

        _medqa.Variables["HF_TOKEN"] = "hf_secret\n";
        (code, var output, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository, "--log", "debug");
        Assert.Equal(0, code);
        Assert.NotEmpty(Content);
        Assert.All(Content, static request => Assert.Null(request.Authorization));
        var record = await File.ReadAllTextAsync(Path.Combine(Target, "fetched.json"), Cancel);
        Assert.DoesNotContain("hf_secret", output + notices + record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_another_content_is_named_and_deleted_whether_large_or_small()
    {
        _hub.Change(Data, static file => file with { Content = new byte[file.Size] });
        var (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository);
        Assert.Equal(1, code);
        Assert.Contains(
            $"{Data} does not match the hub's hash (SHA-256 {_hub[Data].Hash}) and was deleted",
            notices,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
        Assert.DoesNotContain(Files(Unfinished), static path => path.Contains("onnx_data", StringComparison.Ordinal));
        Assert.DoesNotContain("unfinished", (await _medqa.RunAsync("models")).Output, StringComparison.Ordinal);

        _hub.WithTinyModel().Change("tokenizer.json", static file => file with { Content = new byte[file.Size] });
        File.Delete(Path.Combine(Unfinished, "tokenizer.json"));
        (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository);
        Assert.Equal(1, code);
        Assert.Contains(
            $"tokenizer.json does not match the hub's hash (git hash {_hub["tokenizer.json"].Hash})",
            notices,
            StringComparison.Ordinal);

        _hub.WithTinyModel();
        await FetchAsync(LocalHub.Repository);
        Assert.True(Directory.Exists(Target));
    }

    // Not an interrupt: a job that a shell put into the background ignores those, and what it starts inherits that.
    [Theory]
    [LongInlineData("TERM", 130)]
    [InlineData("KILL", 137)]
    public async Task What_is_stopped_goes_on_where_it_was(string signal, int expected)
    {
        var half = (int)_hub[Data].Size / 2;
        var stands = new TaskCompletionSource();
        _hub.OnCdn = async (context, file) =>
        {
            if (file.Path != Data)
            {
                return false;
            }

            context.Response.ContentLength = file.Size;
            await context.Response.Body.WriteAsync(file.Content.AsMemory(0, half), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            stands.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };
        var process = _medqa.Start("models", "fetch", LocalHub.Repository);
        await stands.Task.WaitAsync(Cancel);
        while (!Directory.EnumerateFiles(Unfinished, "*.part", SearchOption.AllDirectories).Any(path => new FileInfo(path).Length == half))
        {
            // Another process writes: there is no event here to wait for.
            await Task.Delay(20, Cancel);
        }

        await Signals.SendAsync(signal, process.Id, Cancel);
        var notices = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(expected, process.ExitCode);
        Assert.Equal(signal != "KILL", notices.Contains("Stopped. Run the same command again to continue.", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Target));

        _hub.OnCdn = static (_, _) => Task.FromResult(false);
        var before = Content.Length;
        await FetchAsync(LocalHub.Repository);
        Assert.Equal($"bytes={half}-", Assert.Single(Content[before..]).Range);
        Assert.Equal(_hub[Data].Content, await File.ReadAllBytesAsync(Path.Combine(Target, Data), Cancel));
    }

    [Fact]
    public async Task Two_that_fetch_the_same_model_at_once_fetch_it_once()
    {
        var stands = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _hub.OnCdn = async (_, _) =>
        {
            stands.TrySetResult();
            await goOn.Task;
            return false;
        };
        var first = _medqa.Start("models", "fetch", LocalHub.Repository);
        await stands.Task.WaitAsync(Cancel);
        var second = _medqa.Start("models", "fetch", LocalHub.Repository);
        await MedqaProcess.SaidAsync(second, "Another medqa");
        goOn.SetResult();
        foreach (var process in (Process[])[first, second])
        {
            Assert.EndsWith(
                "Use it: medqa run FILE --model Tiny-ONNX\n",
                await process.StandardError.ReadToEndAsync(Cancel),
                StringComparison.Ordinal);
        }

        Assert.Equal(2, Content.Length);
        Assert.All((string[])[Graph, Data], path => Assert.Equal(_hub[path].Content, File.ReadAllBytes(Path.Combine(Target, path))));
    }

    [LongFact]
    public async Task A_full_disk_is_named_before_and_while_it_is_written()
    {
        var filled = Path.Combine(_medqa.Folder, "filled");
        var half = (int)_hub[Data].Size / 2;
        _hub.OnCdn = async (context, file) =>
        {
            if (file.Path != Data || context.Request.Headers.Range.Count > 0)
            {
                return false;
            }

            context.Response.ContentLength = file.Size;
            await context.Response.Body.WriteAsync(file.Content.AsMemory(0, half), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            while (!File.Exists(filled))
            {
                // Another process fills the disk: there is no event here to wait for.
                await Task.Delay(20, context.RequestAborted);
            }

            await context.Response.Body.WriteAsync(file.Content.AsMemory(half), context.RequestAborted);
            return true;
        };
        var (code, output, errors) = await _medqa.OnSmallDiskAsync(2, $"""
            dd if=/dev/zero of=$DISK/others bs=64k count=20 2>/dev/null
            medqa models fetch {LocalHub.Repository} --to $DISK/model; echo "before $?"
            rm $DISK/others
            medqa models fetch {LocalHub.Repository} --to $DISK/model & fetch=$!
            until [ "$(stat -c %s $DISK/model.unfinished/onnx/*.part 2>/dev/null)" = {half} ]; do
                kill -0 $fetch || break
                sleep 0.05
            done
            dd if=/dev/zero of=$DISK/others bs=4k 2>/dev/null
            touch filled
            wait $fetch; echo "while $?"
            rm $DISK/others
            medqa models fetch {LocalHub.Repository} --to $DISK/model; echo "after $?"
            ls $DISK
            """);
        Assert.Equal(0, code);
        Assert.Contains("before 1\n", output, StringComparison.Ordinal);
        Assert.Matches(
            @"medqa: example/Tiny-ONNX needs \d+ kB more on the disk of \S+/model.unfinished, which has \d+ kB free: free space",
            errors);
        Assert.Contains("while 1\n", output, StringComparison.Ordinal);
        Assert.Matches(
            @"medqa: The disk that holds \S+/model.unfinished/onnx is full \(0 MiB free\): free space and run the command again\.",
            errors);
        Assert.Contains("after 0\nmodel\n", output, StringComparison.Ordinal);
        Assert.StartsWith("bytes=", Content[^1].Range, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_said_in_a_sentence()
    {
        Assert.Contains("has no model example/none, or it is private", await FailAsync(1, "example/none"), StringComparison.Ordinal);
        Assert.Contains("has no revision v9", await FailAsync(1, LocalHub.Repository + "@v9"), StringComparison.Ordinal);
        Assert.Contains("is not OWNER/NAME", await FailAsync(2, "../etc"), StringComparison.Ordinal);
        Assert.Contains(
            "a model needs a folder of its own",
            await FailAsync(2, LocalHub.Repository, "--to", "/"),
            StringComparison.Ordinal);
        Assert.Contains(
            "without https only on this machine",
            await FailAsync(2, LocalHub.Repository, "--hub", "http://example.org"),
            StringComparison.Ordinal);

        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "mine.txt"), "mine", Cancel);
        Assert.Contains("exists already and was not fetched by medqa", await FailAsync(1, LocalHub.Repository), StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Files(Target));

        _hub.OnHub = static async context =>
        {
            await context.Response.WriteAsync("<html>Sign in to the network</html>", context.RequestAborted);
            return true;
        };
        Assert.Contains("Is http://127.0.0.1", await FailAsync(1, LocalHub.Repository), StringComparison.Ordinal);
        var dead = $"http://127.0.0.1:{FreePorts.Take().Blob}";
        Assert.Contains($"{dead} cannot be reached", await FailAsync(1, LocalHub.Repository, "--hub", dead), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_load_gets_no_folder()
    {
        _hub.Add("genai_config.json", "{}"u8.ToArray());
        var (code, _, notices) = await _medqa.RunAsync("models", "fetch", LocalHub.Repository);
        Assert.Equal(1, code);
        Assert.Contains(
            "All files of example/Tiny-ONNX were fetched and verified, but the model cannot be used: ",
            notices,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [Fact]
    public async Task A_renamed_model_and_a_graph_in_a_folder_of_its_own_are_fetched()
    {
        foreach (var name in (string[])["genai_config.json", "tokenizer.json", "tokenizer_config.json"])
        {
            _hub.Add($"cpu/int4/{name}", _hub[name].Content);
        }

        _hub.Add("cpu/int4/model.onnx", _hub[Graph].Content, isLarge: true)
            .Add("cpu/int4/model.onnx_data", _hub[Data].Content, isLarge: true)
            .Add("LICENSE", "Terms."u8.ToArray());
        _hub.OnHub = static context =>
        {
            var isOld = context.Request.Path.Value!.Contains("example/Old", StringComparison.Ordinal);
            if (isOld)
            {
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                var path = context.Request.Path.Value.Replace("example/Old", LocalHub.Repository, StringComparison.Ordinal);
                context.Response.Headers.Location = path + context.Request.QueryString;
            }

            return Task.FromResult(isOld);
        };
        await FetchAsync($"example/Old@{LocalHub.Commit}", "--graph", "cpu/int4/model.onnx");
        Assert.Equal(
            "LICENSE README.md fetched.json genai_config.json model.onnx model.onnx_data tokenizer.json tokenizer_config.json",
            string.Join(' ', Files(Path.Combine(Models, "Old"))));
    }

    private async Task FetchAsync(params string[] arguments)
    {
        var (code, output, notices) = await _medqa.RunAsync(["models", "fetch", .. arguments]);
        Assert.True(code == 0, notices);
        Assert.Contains("all verified, and the model loads", output, StringComparison.Ordinal);
    }

    private async Task<string> FailAsync(int expected, params string[] arguments)
    {
        var (code, _, notices) = await _medqa.RunAsync(["models", "fetch", .. arguments]);
        Assert.Equal(expected, code);
        return notices;
    }

    private static string[] Files(string folder) => !Directory.Exists(folder) ? [] :
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal),
        ];
}
