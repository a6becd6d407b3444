using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.Tests.Tracing;

public sealed class FaultTextTests
{
    [Theory]
    [InlineData("Could not find a part of the path '/home/my user/data/x.json'.", "Could not find a part of the path 'x.json'.")]
    [InlineData("Access to the path 'C:\\data sets\\x.json' is denied.", "Access to the path 'x.json' is denied.")]
    [InlineData("Load model from /srv/models/m/model.onnx failed", "Load model from model.onnx failed")]
    [InlineData("/srv/models/m/model.onnx failed: (/srv/a/b)", "model.onnx failed: (b)")]
    [InlineData("D:\\models\\model.onnx failed", "model.onnx failed")]
    [InlineData("5 mg/dL and/or a</think> https://host.example/a/b 127.0.0.1:9/a", "5 mg/dL and/or a</think> https://host.example/a/b 127.0.0.1:9/a")]
    public void A_message_names_files_without_where_they_lie(string message, string told) => Assert.Equal(told, FaultText.MessageOf(new IOException(message)));
}
