using MedQA.Inference.Decoding;
using MedQA.Inference.Memory;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Tests.Sessions;

/// <summary>What is done for a GPU's memory, done for a part of the processor's that the session takes for a GPU's.</summary>
public sealed class DeviceCacheTests
{
    [Theory]
    [InlineData("llama-packed")]
    [InlineData("llama-genai")]
    [InlineData("qwen2-genai")]
    [InlineData("llama-optimum")]
    [InlineData("gpt2-optimum")]
    public void Passes_give_the_same_bits_and_only_the_logits_that_are_needed_are_copied_back(string model)
    {
        var folder = ModelFolder.Open(Repository.PathOf("models", "tiny", model));
        using var memory = new PretendedMemory();
        using var host = DecoderSession.Open(folder, new() { Threads = 1 });
        using var device = DecoderSession.Open(folder, new() { Threads = 1 }, memory);
        Assert.Equal((false, true), (host.HasDeviceCaches, device.HasDeviceCaches));
        int[] prompt = [35, 359, 21, 15, 340, 15, 364, 548, 674];

        var expected = Logits(host, prompt);
        var got = Logits(device, prompt);

        Assert.Equal(expected, got);

        // A prompt's last token, two tokens of a pass of five, and a row's single token, which is bound in the processor's memory.
        var token = host.Layout.VocabularySize * sizeof(float);
        Assert.Equal([token, 2L * token], memory.CopiedBack);
    }

    [Fact]
    public void A_session_on_the_processor_reads_every_input_there()
    {
        using var session = new InferenceSession(Path.Combine(Repository.PathOf("models", "tiny", "llama-genai"), "model.onnx"));

        var places = DecoderSession.PlacesOf(session);

        Assert.Equal(session.InputNames.Order(StringComparer.Ordinal), places.Keys.Order(StringComparer.Ordinal));
        Assert.All(places.Values, static place => Assert.Equal(OrtMemoryInfoDeviceType.CPU, place));
    }

    /// <summary>The logits after a prompt, after two tokens of a longer pass, and after a step of two rows.</summary>
    private static float[] Logits(DecoderSession session, int[] prompt)
    {
        using var cache = session.CreateCache();
        cache.Reshape(1, prompt.Length + 5);
        var logits = new List<float>();
        Append(session, cache, prompt, 1);
        logits.AddRange(session.LogitsOf(0, 0));
        Append(session, cache, prompt[..5], 2);
        logits.AddRange(session.LogitsOf(0, 1));
        logits.AddRange(session.LogitsOf(0, 0));
        using var rows = session.CreateCache();
        rows.Reshape(2, cache.Length + 1);
        rows.Fill(cache, cache.Length);
        var batch = new RowBatch(session, rows);
        batch.Step([0, 1], [5, 7]);
        logits.AddRange(batch.LogitsOf(0));
        logits.AddRange(batch.LogitsOf(1));
        return [.. logits];
    }

    private static void Append(DecoderSession session, KeyValueCache cache, int[] ids, int logits)
    {
        for (var index = 0; index < ids.Length; index++)
        {
            (session.Ids(ids.Length)[index], session.Positions(ids.Length)[index]) = (ids[index], cache.Length + index);
        }

        session.Run(cache, ids.Length, logits);
    }

    private sealed class PretendedMemory : DeviceMemory
    {
        private readonly HostMemory _memory = new();

        public override OrtMemoryInfo Info => _memory.Info;

        public override bool IsHost => false;

        /// <summary>How many bytes came back, one copy after another.</summary>
        public List<long> CopiedBack { get; } = [];

        public override IntPtr Allocate(long bytes) => _memory.Allocate(bytes);

        public override void Free(IntPtr address) => _memory.Free(address);

        public override void Copy(BlockCopy copy) => _memory.Copy(copy);

        public override void CopyFromHost(BlockCopy copy) => _memory.Copy(copy);

        public override void CopyToHost(BlockCopy copy)
        {
            CopiedBack.Add(copy.BlockBytes * copy.Blocks);
            _memory.Copy(copy);
        }
    }
}
