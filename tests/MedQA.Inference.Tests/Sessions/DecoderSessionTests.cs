using MedQA.Evaluation;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests.Sessions;

public class DecoderSessionTests
{
    [Fact]
    public void A_graph_with_an_input_that_the_engine_does_not_know_is_refused_by_name()
    {
        using var variant = TinyVariant.WithInput("llama-genai", "beam_idx");

        var exception = Assert.Throws<UnusableException>(() => Open(variant.Folder));

        Assert.Contains("\"beam_idx\"", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_whose_cache_does_not_come_back_is_refused_by_name()
    {
        using var variant = TinyVariant.WithoutPresent("llama-genai", "present.1.key");

        var exception = Assert.Throws<UnusableException>(() => Open(variant.Folder));

        Assert.Contains("present.1.key", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_is_cut_off_is_said_to_be_damaged()
    {
        using var variant = TinyVariant.WithWindow("llama-genai", -1);
        var path = Path.Combine(variant.Folder, "model.onnx");
        var folder = ModelFolder.Open(variant.Folder);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^500]);

        var exception = Assert.Throws<UnusableException>(() => DecoderSession.Open(folder, new()));

        Assert.Equal(path, exception.Location.Source);
    }

    [Fact]
    public void Data_that_is_cut_off_is_said_to_be_damaged()
    {
        using var variant = TinyVariant.WithWindow("llama-genai", -1);
        var folder = ModelFolder.Open(variant.Folder);
        using (var data = File.OpenWrite(Path.Combine(variant.Folder, "model.onnx.data")))
        {
            data.SetLength(data.Length / 2);
        }

        var exception = Assert.Throws<UnusableException>(() => DecoderSession.Open(folder, new()));

        Assert.Contains("ONNX Runtime cannot load it", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama-packed", "Shared", 512, true)]
    [InlineData("llama-genai", "Shared", 512, false)]
    [InlineData("qwen2-genai", "Shared", 512, false)]
    [InlineData("llama-optimum", "Growing", null, false)]
    [InlineData("gpt2-optimum", "Growing", null, false)]
    public void Layouts_are_recognized(string model, string cache, int? mostCells, bool canPack)
    {
        using var session = Open(Repository.PathOf("models", "tiny", model));

        Assert.Equal((cache, mostCells, canPack), (session.Layout.Cache.ToString(), session.Layout.MostCells, session.Layout.CanPack));
        Assert.Equal(1024, session.Layout.VocabularySize);
        Assert.Equal(4, session.Layout.CacheTensors.Length);
        Assert.Equal(16, session.Layout.HeadSize);
    }

    private static DecoderSession Open(string folder) => DecoderSession.Open(ModelFolder.Open(folder), new() { Threads = 1 });
}
