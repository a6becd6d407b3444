# The inference app for NVIDIA GPUs. Built from the repository's root:
#   docker build -f infra/docker/inference.Dockerfile --build-arg FUNCTIONS_HOST_DIGEST=sha256:… [--build-arg MODEL=models/smollm2-135m-instruct] .

# As in control.Dockerfile.
ARG FUNCTIONS_HOST_DIGEST
# The model that is put into the image. infra/docker/no-model, an empty folder, leaves it out: it is then fetched when a replica starts.
ARG MODEL=models/smollm2-135m-instruct

FROM mcr.microsoft.com/dotnet/sdk:10.0.400-noble@sha256:e1ffd2a92ae84c1291bc1b6887501f8af98e6331e7af6d4c8d37168c5e87a64c AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props .editorconfig global.json nuget.config ./
COPY src src
COPY exemplars exemplars
COPY rubrics rubrics
RUN dotnet publish src/MedQA.Functions.Inference/MedQA.Functions.Inference.csproj -c Release -r linux-x64 --self-contained false -o /app

# CUDA 13 and cuDNN 9, which ONNX Runtime's GPU packages link from 1.27 on. Only the libraries are taken: the driver comes from the machine.
FROM nvidia/cuda:13.2.0-cudnn-runtime-ubuntu24.04@sha256:7a31e9bfb2086e4b1ac08aa8e4718d7860730ecc6a9882d2f1e5ed6239f8ef5b AS cuda
RUN mkdir /libraries \
    && cp -P /usr/local/cuda/lib64/libcudart.so.13* /usr/local/cuda/lib64/libcublas.so.13* /usr/local/cuda/lib64/libcublasLt.so.13* \
        /usr/local/cuda/lib64/libcufft.so.12* /usr/local/cuda/lib64/libcurand.so.10* /usr/local/cuda/lib64/libnvrtc.so.13* /usr/local/cuda/lib64/libnvrtc-builtins.so.13* \
        /usr/local/cuda/lib64/libnvJitLink.so.13* /libraries/ \
    && cp -P /usr/lib/x86_64-linux-gnu/libcudnn*.so.9* /libraries/

FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0@${FUNCTIONS_HOST_DIGEST}
ARG MODEL
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    ASPNETCORE_URLS=http://+:8080 \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    LD_LIBRARY_PATH=/opt/cuda/lib \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
EXPOSE 8080
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /home/site/wwwroot /home/data /home/LogFiles /models/fetched && chown -R 1654:1654 /home /models
COPY --from=cuda /libraries /opt/cuda/lib
COPY --chmod=755 infra/docker/fetch-model.sh /opt/medqa/fetch-model
COPY --chown=1654:1654 ${MODEL} /models/baked
COPY --from=build --chown=1654:1654 /app /home/site/wwwroot
# The build fails where ONNX Runtime links a library that is not here: another major version of CUDA, say. libcuda.so.1 is the driver's.
RUN provider=$(find /home/site/wwwroot -name libonnxruntime_providers_cuda.so) && test -n "$provider" \
    && if ldd $provider | grep 'not found' | grep -v 'libcuda\.so\.1 '; then echo 'ONNX Runtime links libraries that this image lacks.' >&2; exit 1; fi
USER 1654:1654
# The host itself, not the image's start script: a shell as the first process would keep the stop signal from it, and a worker could not end its question.
ENTRYPOINT ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]
CMD []
