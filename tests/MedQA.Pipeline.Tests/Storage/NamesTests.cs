using FsCheck;
using FsCheck.Xunit;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class NamesTests
{
    [Fact]
    public void A_run_is_called_by_the_first_ten_bytes_of_its_hash_in_base32()
    {
        // RFC 4648, section 10: "foobar" is MZXW6YTBOI; "f" 16 times over gives two whole groups.
        Assert.Equal("mzxw6ytbmzxw6ytb", RunId.FromHash("foobafooba"u8).ToString());
        Assert.Throws<ArgumentException>(static () => RunId.FromHash("foobarfoo"u8));
    }

    [Property(MaxTest = 200)]
    public void Names_of_runs_are_read_back_and_nothing_else_is_a_name(byte[] hash, string other)
    {
        if (hash.Length >= 10)
        {
            var run = RunId.FromHash(hash);
            Assert.Equal(run, RunId.Parse(run.ToString().ToUpperInvariant()));
        }

        Assert.Equal(other is { Length: 16 } && other.ToLowerInvariant().All("abcdefghijklmnopqrstuvwxyz234567".Contains), RunId.TryParse(other, out _));
    }

    [Property(MaxTest = 200)]
    public void Names_of_batches_are_read_back_and_sort_within_a_retry(PositiveInt one, PositiveInt two, byte retry)
    {
        var (first, second) = (new BatchId(retry % 100, one.Get), new BatchId(retry % 100, two.Get));

        Assert.True(BatchId.TryParse(first.ToString(), out var read));
        Assert.Equal(first, read);
        Assert.Equal(Math.Sign(one.Get.CompareTo(two.Get)), Math.Sign(string.CompareOrdinal(first.ToString(), second.ToString())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("r0-00000001")]
    [InlineData("r100-00000001")]
    [InlineData("r1-0000001")]
    [InlineData("r-00000001")]
    [InlineData("-0000001")]
    [InlineData("0000000１")]
    [InlineData("r1-../../x")]
    [InlineData(null)]
    public void What_is_no_batchs_name_is_refused(string? text) => Assert.False(BatchId.TryParse(text, out _));

    [Property(MaxTest = 200)]
    public void A_message_is_read_from_the_queues_text_and_anything_else_is_refused_without_a_fault(byte[] noise, DateTimeOffset sent)
    {
        var message = new BatchMessage { Run = "mzxw6ytbmzxw6ytb", Batch = "r2-00000007", Sent = sent, Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

        Assert.True(BatchMessage.TryParse(message.ToText(), out var read));
        Assert.Equal(message, read);
        Assert.True(BatchMessage.TryParse(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(message.ToText())), out read));
        Assert.Equal(message, read);
        Assert.False(BatchMessage.TryParse(Convert.ToBase64String(noise), out _));
        Assert.False(BatchMessage.TryParse("{\"v\":2,\"run\":\"mzxw6ytbmzxw6ytb\"}", out _));
        Assert.False(BatchMessage.TryParse("{\"v\":1,\"run\":\"../manifest.json\"}", out _));
        Assert.False(BatchMessage.TryParse("{", out _));
    }
}
