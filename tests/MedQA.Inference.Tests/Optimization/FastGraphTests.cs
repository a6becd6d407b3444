using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tests.Engine;
using MedQA.Inference.Tests.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Optimization;

public sealed class FastGraphTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("medqa-graphs-").FullName;
    private readonly List<string> _reports = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ModelFolder Default => ModelFolder.Open(DefaultModel.Folder);

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public async Task The_graph_is_made_once_and_scores_as_the_models_own()
    {
        var made = await FindOrMakeAsync(Default);

        Assert.NotNull(made);
        Assert.StartsWith(_cache, made.GraphPath, StringComparison.Ordinal);
        Assert.Equal(["model.onnx.data"], ModelFolder.DataFilesOf(made.GraphPath));
        Assert.Equal(await Default.FingerprintAsync(Token), await made.FingerprintAsync(Token));
        Assert.Equal(DefaultModel.Folder, made.Path);
        Assert.Contains("a faster 8-bit graph of smollm2-135m-instruct", Assert.Single(_reports), StringComparison.Ordinal);
        using (var engine = InferenceEngine.Load(made, Tokenizer.Load(made), new(), passesEndTokens: true))
        {
            await ReferenceCase.AssertScoresAsWidenedAsync(engine);
        }

        // Answers name the graph by its number only, and are verified bit for bit: other bytes need another number.
        Assert.Equal("graph 8bit 1", FastGraph.Version);
        Assert.Equal("16779aa0b2ab38b97b4a7b3c7e853fce619835919b07ab415730244489c4dbb5", Hash(made.GraphPath));
        Assert.Equal("44603609b91ecf5096d19c0f0b6cdd7f238e5929802d6bb637d7ba374fa68f46", Hash($"{made.GraphPath}.data"));

        var written = File.GetLastWriteTimeUtc(made.GraphPath);
        var again = await FindOrMakeAsync(Default);

        Assert.Equal(made.GraphPath, again!.GraphPath);
        Assert.Equal(written, File.GetLastWriteTimeUtc(again.GraphPath));
        Assert.Single(_reports);
    }

    [Fact]
    public async Task Two_processes_that_make_it_at_once_get_the_same_and_leave_nothing_unfinished()
    {
        var made = await Task.WhenAll(Task.Run(() => FindOrMakeAsync(Default)), Task.Run(() => FindOrMakeAsync(Default)));

        Assert.NotNull(made[0]);
        Assert.Equal(made[0]!.GraphPath, made[1]!.GraphPath);
        Assert.Equal(Path.GetDirectoryName(made[0]!.GraphPath), Assert.Single(Directory.GetDirectories(_cache)));
    }

    [Theory]
    [InlineData("model.onnx.data")]
    [LongInlineData("graph.json")]
    public async Task What_is_not_what_was_written_is_made_again(string damaged)
    {
        var made = await FindOrMakeAsync(Default);
        var folder = Path.GetDirectoryName(made!.GraphPath)!;
        var data = Path.Combine(folder, "model.onnx.data");
        var length = new FileInfo(data).Length;
        using (var file = File.OpenWrite(Path.Combine(folder, damaged)))
        {
            file.SetLength(file.Length / 2);
        }

        Assert.NotNull(await FindOrMakeAsync(Default));

        Assert.Equal(length, new FileInfo(data).Length);
        Assert.Equal(2, _reports.Count);
        Assert.Single(Directory.GetDirectories(_cache));
    }

    [Fact]
    public async Task A_graph_with_nothing_to_widen_has_no_faster_one_and_is_read_for_that_once()
    {
        using var copy = ModelCopy.Of("tiny/llama-genai");

        Assert.Null(await FindOrMakeAsync(copy.Open()));

        Assert.Empty(_reports);
        Assert.Equal(["graph.json"], Directory.GetFiles(Assert.Single(Directory.GetDirectories(_cache))).Select(Path.GetFileName));
        Assert.Null(await FindOrMakeAsync(copy.Open()));
    }

    [Fact]
    public async Task Weights_that_8_bit_zero_points_do_not_reach_keep_the_models_own_graph()
    {
        using var copy = ModelCopy.Of("smollm2-135m-instruct");
        var graph = ModelOptimization.ReadGraph(await File.ReadAllBytesAsync(copy.FileAt("model.onnx"), Token));
        var offsets = OffsetProduct.FindAll(graph.Nodes, graph.Tensors).First().Offsets;
        using (var file = File.OpenWrite(copy.FileAt(offsets.Location)))
        {
            file.Position = offsets.Offset;
            const int Float16 = 10;
            file.Write(offsets.Type == Float16 ? MemoryMarshal.AsBytes<Half>([(Half)60000]) : MemoryMarshal.AsBytes<float>([60000]));
        }

        Assert.Null(await FindOrMakeAsync(copy.Open()));

        Assert.Contains("round its weights too far", _reports[^1], StringComparison.Ordinal);
        Assert.Equal(["graph.json"], Directory.GetFiles(Assert.Single(Directory.GetDirectories(_cache))).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_cache_folder_that_cannot_be_written_leaves_the_models_own_graph_and_says_so()
    {
        var file = Path.Combine(_cache, "file");
        await File.WriteAllTextAsync(file, "", Token);

        Assert.Null(await FastGraph.FindOrMakeAsync(Default, file, _reports.Add, Token));

        Assert.Contains(file, Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_making_leaves_nothing()
    {
        using var stopping = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => FastGraph.FindOrMakeAsync(Default, _cache, _ => stopping.Cancel(), stopping.Token));

        Assert.Empty(Directory.GetDirectories(_cache));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_deleted()
    {
        var left = Directory.CreateDirectory(Path.Combine(_cache, "0123456789abcdef-graph-8bit-1.unfinished"));
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "model.onnx.data"), "half", Token);
        using var copy = ModelCopy.Of("tiny/llama-genai");

        await FindOrMakeAsync(copy.Open());

        Assert.False(Directory.Exists(left.FullName));
    }

    [Fact]
    public async Task A_low_rank_change_of_the_weights_is_not_taken_for_offsets()
    {
        var graph = ModelOptimization.ReadGraph(await File.ReadAllBytesAsync(Path.Combine(DefaultModel.Folder, "model.onnx"), Token));
        var product = OffsetProduct.FindAll(graph.Nodes, graph.Tensors).First();
        Assert.True(product.AddsUpBlocks(DefaultModel.Folder));

        var numbers = product.BlockSums.ReadNumbers(DefaultModel.Folder);
        numbers[0] = 0.5f;
        var factor = product.BlockSums with
        {
            Type = 1, Location = "", Offset = 0, Length = numbers.Length * sizeof(float), Message = MemoryMarshal.AsBytes<float>(numbers).ToArray(),
        };

        var other = product.BlockSums with { Dimensions = [product.BlockSums.Dimensions[0] * 2, product.BlockSums.Dimensions[1]] };

        Assert.False((product with { BlockSums = factor }).AddsUpBlocks(DefaultModel.Folder));
        Assert.False((product with { BlockSums = other }).AddsUpBlocks(DefaultModel.Folder));
    }

    [Fact]
    public async Task A_model_is_loaded_with_it_where_the_processor_is_known_to_be_faster_so_and_the_engine_says_so()
    {
        await using var model = await OnnxLanguageModel.LoadAsync(DefaultModel.Folder, new() { GraphCache = _cache }, _reports.Add, Token);

        Assert.Equal(Processor.HasVnni512, OnnxLanguageModel.UsedFastGraph(model.Description.EngineFingerprint));

        // What is known of the loaded engine is kept there on every processor, as a file.
        Assert.Equal(Processor.HasVnni512, Directory.EnumerateDirectories(_cache).Any());
        Assert.Equal(await Default.FingerprintAsync(Token), model.Description.Fingerprint);
    }

    [Fact]
    public async Task A_graph_that_is_named_is_the_one_that_computes()
    {
        await using var model = await OnnxLanguageModel.LoadAsync(
            DefaultModel.Folder, new() { GraphCache = _cache, Graph = "model.onnx" }, _reports.Add, Token);

        Assert.False(OnnxLanguageModel.UsedFastGraph(model.Description.EngineFingerprint));
        Assert.Empty(Directory.GetDirectories(_cache));
    }

    private Task<ModelFolder?> FindOrMakeAsync(ModelFolder model) => FastGraph.FindOrMakeAsync(model, _cache, Report, Token);

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private void Report(string text)
    {
        lock (_reports)
        {
            _reports.Add(text);
        }
    }
}
