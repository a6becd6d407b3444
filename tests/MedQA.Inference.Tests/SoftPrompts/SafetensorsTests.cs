using System.Buffers.Binary;
using System.Text;
using FsCheck.Xunit;
using MedQA.Evaluation;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Inference.Tests.SoftPrompts;

public sealed class SafetensorsTests
{
    [Property(MaxTest = 50)]
    public void What_is_written_is_read_again_bit_for_bit(float[] first, float[] second)
    {
        using var reader = Read(Written(("first", [first.Length], first), ("b.second", [1, second.Length], second)));

        Assert.Equal(first.Select(BitConverter.SingleToInt32Bits), reader.ReadSingles("first").Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(second.Select(BitConverter.SingleToInt32Bits), reader.ReadSingles("b.second").Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([1L, second.Length], reader.Find("b.second").Shape);
    }

    [Fact]
    public void Half_precision_and_bfloat16_are_widened()
    {
        using var reader = Read(File("""{"__metadata__":{"format":"pt"},"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"brain":{"dtype":"BF16","shape":[2,1],"data_offsets":[4,8]}}""", [0x00, 0x3C, 0x00, 0xC1, 0x80, 0x3F, 0x20, 0xC0]));

        Assert.Equal([1f, -2.5f], reader.ReadSingles("half"));
        Assert.Equal([1f, -2.5f], reader.ReadSingles("brain"));
    }

    [Fact]
    public void The_weights_of_a_model_are_read()
    {
        using var reader = SafetensorsReader.Open(Path.Combine(Repository.SharedPathOf("models", "tiny", "llama-safetensors"), "model.safetensors"), "Copy it again");

        var embedding = reader.ReadSingles("model.embed_tokens.weight");

        Assert.Equal([1024L, 64L], reader.Find("model.embed_tokens.weight").Shape);
        Assert.Equal(1024 * 64, embedding.Length);
        Assert.All(embedding, static number => Assert.True(float.IsFinite(number) && Math.Abs(number) < 10));
    }

    [Theory]
    [InlineData("{}", 1, "its tensors have 0 bytes, but 1 follow its header")]
    [InlineData("[]", 0, "its header is not the JSON of a safetensors file")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],", 4, "its header is not the JSON of a safetensors file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "its header is not the JSON of a safetensors file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "its header is not the JSON of a safetensors file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "its header is not the JSON of a safetensors file")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "its tensor \"a\" has numbers of the unknown type \"F31\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "its tensor \"a\", F32 [2], cannot have the bytes from 0 to 4 of 4: it was cut off or is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "its tensor \"a\", F32 [2], cannot have the bytes from 0 to 8 of 4: it was cut off or is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}}""", 4, "its tensor \"a\" has the impossible shape [-1]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""", 4, "its tensor \"a\" has the impossible shape [9223372036854775807, 9223372036854775807, 9223372036854775807]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "its tensor \"b\" begins at byte 0 where the one before ends at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "its tensor \"a\" begins at byte 4 where the one before ends at 0")]
    public void A_damaged_header_is_refused_by_name(string header, int bytes, string problem)
    {
        var exception = Assert.Throws<UnusableException>(() => Read(File(header, new byte[bytes])));

        Assert.Equal($"some.safetensors: {problem}. Copy it again.", exception.Message);
    }

    [Fact]
    public void A_header_that_claims_more_than_there_is_or_than_any_has_takes_no_memory()
    {
        Assert.Contains("its header claims 18,446,744,073,709,551,615 bytes", Assert.Throws<UnusableException>(() => Read([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("its header claims 256 bytes, but the file has only 10: it was cut off", Assert.Throws<UnusableException>(() => Read([0, 1, 0, 0, 0, 0, 0, 0, 1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("it has 3 bytes", Assert.Throws<UnusableException>(() => Read([0, 1, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_is_not_there_or_has_no_real_numbers_is_refused_by_name()
    {
        using var reader = Read(File("""{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", new byte[8]));

        Assert.Equal("some.safetensors: it has no tensor \"b\". Copy it again.", Assert.Throws<UnusableException>(() => reader.ReadSingles("b")).Message);
        Assert.Equal("some.safetensors: its tensor \"a\" has numbers of type I64; F32, F16 and BF16 can be read. Copy it again.", Assert.Throws<UnusableException>(() => reader.ReadSingles("a")).Message);
    }

    [Fact]
    public void A_shape_that_the_numbers_do_not_have_is_not_written() =>
        Assert.Throws<ArgumentException>(() => Written(("a", [2, 2], new float[] { 1, 2, 3 })));

    private static SafetensorsReader Read(byte[] file) => new(new MemoryStream(file), "some.safetensors", "Copy it again");

    private static byte[] Written(params (string, long[], ReadOnlyMemory<float>)[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors);
        return stream.ToArray();
    }

    private static byte[] File(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file, 8 + json.Length);
        return file;
    }
}
