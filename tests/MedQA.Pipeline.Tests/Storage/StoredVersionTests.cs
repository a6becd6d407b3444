using Azure;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class StoredVersionTests
{
    [Fact]
    public void A_version_of_a_blob_is_the_same_with_quotes_and_without()
    {
        StoredVersion header = new ETag("\"0x8DEADBEEF\"");
        Assert.Equal(new StoredVersion("0x8DEADBEEF"), header);
        Assert.Equal("0x8DEADBEEF", header.ToString());
        Assert.Equal("\"0x8DEADBEEF\"", header.ETag.ToString("H"));
    }

    [Fact]
    public void A_version_of_a_row_goes_back_as_it_came()
    {
        const string Weak = "W/\"datetime'2026-01-02T03%3A04%3A05.6Z'\"";
        StoredVersion row = new ETag(Weak);
        Assert.Equal(Weak, row.ToString());
        Assert.Equal(new ETag(Weak), row.ETag);
    }

    [Fact]
    public void No_version_is_none_of_Azure_either()
    {
        StoredVersion none = default(ETag);
        Assert.Equal(default, none);
        Assert.Equal(default, none.ETag);
        Assert.Equal("", none.ToString());
    }
}
