using System.Text;
using MedQA.Pipeline.Notifying;

namespace MedQA.Pipeline.Tests.Notifying;

public sealed class WebhookSignatureTests
{
    [Fact]
    public void The_vector_that_standard_webhooks_publishes_comes_out_and_a_second_secret_adds_a_signature()
    {
        // From the tests of its libraries, such as libraries/python/tests/test_webhooks.py.
        var keys = NoticeOptions.ReadSecrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
        const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        Assert.Equal(Signature, WebhookSignature.Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, keys));

        var both = NoticeOptions.ReadSecrets($"whsec_{Convert.ToBase64String(Receiver.Key)} whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var signatures = WebhookSignature.Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, both).Split(' ');
        Assert.Equal(2, signatures.Length);
        Assert.Equal(Signature, signatures[1]);
        Assert.NotEqual(Signature, signatures[0]);
    }
}
