using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MedQA.Cli.Hub;
using MedQA.Evaluation;
using Microsoft.AspNetCore.Http;

namespace MedQA.Cli.Tests.Hub;

/// <summary>What a hub, its CDN and the way to them may do to a download.</summary>
public sealed class ModelDownloadTests : IAsyncLifetime
{
    private const string Graph = "onnx/model_q4.onnx";
    private const string Data = "onnx/model.onnx_data";
    private static readonly HubModel Model = new("example", "Tiny-ONNX", "main");

    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-download-").FullName;
    private readonly List<string> _told = [];
    private LocalHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder, "model");

    private LocalHubRequest[] Content => [.. _hub.Requests.Where(static request => !request.IsHub)];

    public async ValueTask InitializeAsync() => _hub = (await LocalHub.StartAsync(Cancel)).WithTinyModel();

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_connection_that_is_cut_again_and_again_is_continued_as_long_as_something_comes()
    {
        const int Piece = 100_000;
        _hub.OnCdn = static (context, file) =>
            LocalHub.EndEarlyAsync(context, file, (int)(context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0), Piece);
        await FetchAsync();
        Assert.Equal(_hub[Data].Content, await File.ReadAllBytesAsync(Path.Combine(Target, Data), Cancel));
        Assert.True(Content.Length > _hub[Data].Size / Piece, $"{Content.Length} requests");
        Assert.All(Content[2..], static request => Assert.StartsWith("bytes=", request.Range, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_progress_of_a_large_file_is_told()
    {
        _hub.Add(Data, new byte[20_000_000], isLarge: true);
        await FetchAsync();
        Assert.Contains($"Fetching {Data}, 20 MB…", _told);
        Assert.Single(_told, static line => Regex.IsMatch(line, "^  50 % of onnx/model.onnx_data, [0-9,]+ [kM]B/s$"));
        Assert.Single(_told, static line => line.StartsWith($"  100 % of {Data}, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_gives_nothing_more_is_given_up_and_continued_by_the_next_command()
    {
        _hub.OnCdn = static async (context, file) =>
        {
            if (file.Path != Data)
            {
                return false;
            }

            if (context.Request.Headers.Range.Count > 0)
            {
                context.Abort();
                return true;
            }

            return await LocalHub.EndEarlyAsync(context, file, from: 0, 5_000);
        };
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.StartsWith($"The connection was cut at 5 kB of {Data} (", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run the command again to continue there.", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));

        _hub.OnCdn = static (_, _) => Task.FromResult(false);
        await FetchAsync();
        Assert.Equal("bytes=5000-", Content[^1].Range);
    }

    [Fact]
    public async Task A_silent_server_counts_as_a_cut_connection()
    {
        _hub.OnCdn = static async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return true;
        };
        var patience = new HubPatience { Silence = TimeSpan.FromMilliseconds(200), Pause = TimeSpan.FromMilliseconds(1) };
        var fault = await Assert.ThrowsAsync<UnusableException>(() => FetchAsync(patience));
        Assert.Contains("cannot be reached (no data for 1 s)", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCodes.Status200OK)]
    [InlineData(StatusCodes.Status416RangeNotSatisfiable)]
    public async Task Where_nothing_can_be_continued_the_file_is_fetched_from_its_beginning(int status)
    {
        await BeginAsync(Data, new byte[5_000]);
        _hub.OnCdn = async (context, file) =>
        {
            if (context.Request.Headers.Range.Count == 0)
            {
                return false;
            }

            context.Response.StatusCode = status;
            if (status == StatusCodes.Status200OK)
            {
                await context.Response.Body.WriteAsync(file.Content, context.RequestAborted);
            }

            return true;
        };

        await FetchAsync();
        Assert.Equal(_hub[Data].Content, await File.ReadAllBytesAsync(Path.Combine(Target, Data), Cancel));
    }

    [Fact]
    public async Task A_part_that_something_else_stands_in_is_found_out_and_the_next_command_begins_anew()
    {
        await BeginAsync(Data, new byte[5_000]);
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains("does not match the hub's hash", fault.Message, StringComparison.Ordinal);
        await FetchAsync();
        Assert.Null(Content[^1].Range);
    }

    [Fact]
    public async Task What_another_commit_has_under_the_same_name_is_not_continued()
    {
        await BeginAsync(Data, new byte[5_000]);
        var other = (byte[])_hub[Data].Content.Clone();
        other[^1]++;
        _hub.Add(Data, other, isLarge: true);
        await FetchAsync();
        Assert.All(Content, static request => Assert.Null(request.Range));
        Assert.Equal(other, await File.ReadAllBytesAsync(Path.Combine(Target, Data), Cancel));
        Assert.Empty(Directory.EnumerateFiles(Target, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_busy_hub_is_left_alone_for_as_long_as_it_says()
    {
        var busy = 2;
        _hub.OnHub = context => Task.FromResult(Busy(context, busy-- > 0, "0"));
        await FetchAsync();
        Assert.Equal(2, _told.Count(static line => line.Contains("is busy (status 429); waiting 0 s…", StringComparison.Ordinal)));

        _hub.OnHub = static context => Task.FromResult(Busy(context, true, "900"));
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains("limits the rate of requests. Run the command again in 900 s", fault.Message, StringComparison.Ordinal);

        var then = DateTimeOffset.UtcNow.AddHours(1).ToString("r", CultureInfo.InvariantCulture);
        _hub.OnHub = context => Task.FromResult(Busy(context, true, then));
        Assert.Matches("again in 3[56][0-9][0-9] s", (await Assert.ThrowsAsync<UnusableException>(FetchAsync)).Message);
        var asked = _hub.Requests.Count();
        _hub.OnHub = static context => Task.FromResult(Busy(context, true, "0"));
        await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Equal(asked + 4, _hub.Requests.Count());

        static bool Busy(HttpContext context, bool isBusy, string after)
        {
            if (isBusy)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = after;
            }

            return isBusy;
        }
    }

    [Theory]
    [InlineData("http://example.org/file", "redirects to an address that is not https")]
    [InlineData("ftp://127.0.0.1/file", "redirects to an address that is not https")]
    [InlineData("file:///etc/passwd", "redirects to an address that is not https")]
    [InlineData("?again", "redirects too many times")]
    [InlineData(null, "redirects to an address that is not https")]
    public async Task A_redirect_is_followed_to_no_doubtful_place(string? location, string says)
    {
        _hub.OnHub = context =>
        {
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = location;
            return Task.FromResult(true);
        };
        Assert.Contains(says, (await Assert.ThrowsAsync<UnusableException>(FetchAsync)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../modl.onx_dat")]
    [InlineData("/model.onx_data")]
    [InlineData("C:/odl.onx_data")]
    [InlineData("..\\mdl.onx_data")]
    public async Task A_name_that_leads_out_of_the_folder_is_written_nowhere(string name)
    {
        // Both the graph and the hub's list name it.
        NameData(name);
        _hub.Add("onnx/" + name, _hub[Data].Content, isLarge: true);
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains("has a file with the unsafe path", fault.Message, StringComparison.Ordinal);
        Assert.Equal([Target + ".unfinished"], Directory.EnumerateFileSystemEntries(_folder));
        var written = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(written, static path => path.Contains("data", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Not everybody may make links there.");
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        Directory.CreateDirectory(Target + ".unfinished");
        Directory.CreateSymbolicLink(Path.Combine(Target + ".unfinished", "onnx"), elsewhere);
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains("is a link, which is refused", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task Data_that_the_graph_names_and_the_hub_does_not_have_is_named()
    {
        NameData("other.onnx_data");
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains("keeps its weights in \"other.onnx_data\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_hashes_is_refused_before_anything_is_fetched()
    {
        _hub.Change(Data, static file => file with { Hash = "" });
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains($"states no size and hash of {Data}", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Content);
    }

    [Fact]
    public async Task Of_a_file_that_is_longer_than_stated_only_that_much_is_taken_and_a_shorter_one_is_refused()
    {
        _hub.Change(Data, static file => file with { Content = [.. file.Content, 0] });
        await FetchAsync();
        Assert.Equal(_hub[Data].Size, new FileInfo(Path.Combine(Target, Data)).Length);

        Directory.Delete(Target, recursive: true);
        _hub.Change(Data, static file => file with { Content = file.Content[..^100] });
        var fault = await Assert.ThrowsAsync<UnusableException>(FetchAsync);
        Assert.Contains("The connection was cut at ", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [Theory]
    [InlineData("a/b", "a", "b", "main")]
    [InlineData("a/b@v1.0", "a", "b", "v1.0")]
    [InlineData("a/b@refs/pr/1", "a", "b", "refs/pr/1")]
    [InlineData("onnx-community/Qwen2.5-0.5B_x", "onnx-community", "Qwen2.5-0.5B_x", "main")]
    public void A_model_is_named_by_owner_name_and_revision(string text, string owner, string name, string revision)
    {
        Assert.True(HubModel.TryParse(text, out var model));
        Assert.Equal(new HubModel(owner, name, revision), model);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/b/c")]
    [InlineData("../b")]
    [InlineData("a/..")]
    [InlineData("a/b@")]
    [InlineData("a/b@../../c")]
    [InlineData("a/b@x?y")]
    [InlineData("a/b c")]
    [InlineData("https://huggingface.co/a/b")]
    public void What_is_no_name_is_refused(string text) => Assert.False(HubModel.TryParse(text, out _));

    [Fact]
    public void What_makes_no_model_is_refused_before_anything_is_fetched()
    {
        Assert.Contains("has no ONNX graph", Refusal("config.json", "tokenizer.json", "model.safetensors"), StringComparison.Ordinal);
        Assert.Contains("no tokenizer.json", Refusal("config.json", "onnx/model.onnx", "a/tokenizer.json"), StringComparison.Ordinal);
        Assert.Contains("neither config.json nor", Refusal("tokenizer.json", "model.onnx", "onnx/config.json"), StringComparison.Ordinal);
        var fault = Assert.Throws<InputException>(static () => Select("model.onnx", "tokenizer.json", "a/model.onnx", "b/model.onnx"));
        Assert.Contains("several graphs model.onnx", fault.Message, StringComparison.Ordinal);

        static string Refusal(params string[] paths) => Assert.Throws<UnusableException>(() => Select(null, paths)).Message;
        static ModelSelection Select(string? graph, params string[] paths) =>
            ModelSelection.Of(Model, [.. paths.Select(static path => new HubFile(path, 1, new string('a', 40), IsSha256: false))], graph);
    }

    private Task FetchAsync() => FetchAsync(new HubPatience { Pause = TimeSpan.FromMilliseconds(1) });

    private async Task FetchAsync(HubPatience patience)
    {
        using var hub = new HubClient(new Uri(_hub.Address), token: null, patience, TimeProvider.System, _told.Add);
        var commit = await hub.CommitAsync(Model, Cancel);
        var files = await hub.FilesAsync(Model, commit, Cancel);
        await new ModelDownload(hub, Model, commit, Target, TimeProvider.System, _told.Add)
            .FetchAsync(ModelSelection.Of(Model, files, graph: null), files, static _ => Task.CompletedTask, Cancel);
    }

    /// <summary>Has the graph name its data otherwise, by as long a name.</summary>
    private void NameData(string name)
    {
        var graph = Encoding.Latin1.GetString(_hub[Graph].Content).Replace("model.onnx_data", name, StringComparison.Ordinal);
        _hub.Add(Graph, Encoding.Latin1.GetBytes(graph), isLarge: true);
    }

    /// <summary>Leaves the beginning of a file, as a command that was killed leaves it.</summary>
    private Task BeginAsync(string path, byte[] content)
    {
        var part = Path.Combine(Target + ".unfinished", $"{path}.{_hub[path].Hash[..16]}.part");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        return File.WriteAllBytesAsync(part, content, Cancel);
    }
}
