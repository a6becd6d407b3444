using MedQA.Pipeline.Notifying;

namespace MedQA.Pipeline.Tests.Notifying;

public sealed class NoticeOptionsTests
{
    [Fact]
    public void Addresses_have_names_and_one_without_a_name_is_for_runs_that_name_none()
    {
        var addresses = NoticeOptions.ReadAddresses(" team=https://Hooks.Example.com:443/a?token=x=y  https://example.com/b,c\nlocal=http://[::1]:8080/ ");
        Assert.Equal(["team", "default", "local"], addresses.Select(static address => address.Name));
        Assert.Equal(
            ["https://hooks.example.com/a?token=x=y", "https://example.com/b,c", "http://[::1]:8080/"],
            addresses.Select(static address => address.Url.AbsoluteUri));
        Assert.Null(new NoticeOptions { Addresses = addresses }.Find("TEAM"));
    }

    [Theory]
    [InlineData("team=http://example.com/secret-token")]
    [InlineData("team=http://127.0.0.1.example.com/secret-token")]
    [InlineData("team=https://user:secret-token@example.com/")]
    [InlineData("team=https://example.com/#secret-token")]
    [InlineData("team=file:///etc/secret-token")]
    [InlineData("team=ftp://localhost/secret-token")]
    [InlineData("team=secret-token")]
    [InlineData("team=")]
    public void An_address_that_is_not_https_or_has_credentials_is_refused_without_being_repeated(string text)
    {
        var message = Assert.Throws<FormatException>(() => NoticeOptions.ReadAddresses(text)).Message;
        Assert.StartsWith("has an address for the name 'team' that cannot be used.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_stands_once_and_is_not_none()
    {
        Assert.Equal("has two addresses for the name 'a'.", Assert.Throws<FormatException>(() => NoticeOptions.ReadAddresses("a=https://a.example b=https://b.example a=https://c.example")).Message);
        Assert.Contains("'none'", Assert.Throws<FormatException>(() => NoticeOptions.ReadAddresses("none=https://a.example")).Message, StringComparison.Ordinal);
        Assert.Empty(NoticeOptions.ReadAddresses(" "));
    }

    [Theory]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")]
    [InlineData("whsec_c2VjcmV0")]
    [InlineData("whsec_not-base64-at-all-not-base64-at-all")]
    [InlineData("whsk_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")]
    public void A_secret_that_is_short_or_no_secret_of_the_standard_is_refused_without_being_repeated(string text)
    {
        var message = Assert.Throws<FormatException>(() => NoticeOptions.ReadSecrets(text)).Message;
        Assert.StartsWith("must be whsec_ and the base64 of 24 to 64 random bytes.", message, StringComparison.Ordinal);
        Assert.DoesNotContain(text, message, StringComparison.Ordinal);
    }
}
